"""What becomes of each layer of a patch classifier where all patches of an image pass at once."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch import nn

from svertka.errors import ShapeError
from svertka.geometry import Window, times, windows
from svertka.inference.fragments import Pooling, Sliding, Stage
from svertka.nn import SPACES, space_of
from svertka.nn.initial import CONVOLUTIONS, NORMS, TRANSPOSED

Turned = tuple[nn.Module, Stage]
Rule = Callable[[Any, Stage], Turned]

MAX_POOLS = tuple(space.max_pool for space in SPACES.values())
MEAN_POOLS = tuple(space.mean_pool for space in SPACES.values())
GLOBAL_MEANS = tuple(space.global_mean for space in SPACES.values())
GLOBAL_MAXIMA = (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)
POWER_POOLS = (nn.LPPool1d, nn.LPPool2d, nn.LPPool3d)
POINTWISE = (
    nn.Identity, nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Sigmoid,
    nn.Tanh, nn.Softplus, nn.Softsign, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.LogSigmoid, nn.Tanhshrink,
)  # fmt: skip
DROPPING = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


def turned(layer: nn.Module, before: Stage) -> Turned:
    """The layer for maps of all patches, and the stage behind it.

    Raises:
        ShapeError: there is none; the message says why, as the end of a sentence that begins with the layer.
    """
    for kinds, rule in RULES.items():
        if isinstance(layer, kinds):
            return rule(layer, before)
    raise ShapeError("is of no kind that is known to give at each place what the patch around it gives")


def _same(layer: nn.Module, before: Stage) -> Turned:
    return layer, before


def _dropped(layer: nn.Module, before: Stage) -> Turned:
    return nn.Identity(), before


def _across(layer: Any, before: Stage) -> Turned:
    """What sees all channels of one place, and no other place."""
    _whole_vector(before)
    return layer, before


def _softmax(layer: Any, before: Stage) -> Turned:
    _whole_vector(before)
    axes = 2 if before.flat else 2 + len(before.sizes)
    dim = 1 if layer.dim is None and before.flat else layer.dim
    if dim is None or dim % axes != 1:
        raise ShapeError(f"compares places of the patch with each other (dim={layer.dim})")
    return type(layer)(dim=1), before


def _prelu(layer: nn.PReLU, before: Stage) -> Turned:
    if layer.num_parameters > 1:
        _whole_vector(before)
    return layer, before


def _normed(layer: Any, before: Stage) -> Turned:
    _whole_vector(before)
    if layer.running_mean is None:
        raise ShapeError("normalises by what it is given, having kept no mean and variance of the training")
    made = space_of(len(before.sizes)).norm(
        layer.num_features, eps=layer.eps, affine=layer.affine, device=layer.running_mean.device,
        dtype=layer.running_mean.dtype,
    )  # fmt: skip
    made.load_state_dict(layer.state_dict())
    return made.eval().requires_grad_(False), before


def _slid(layer: Any, before: Stage) -> Turned:
    """Convolutions and poolings: as they are, or once for each offset."""
    _planar(before)
    axes = windows_of(layer, len(before.sizes))
    if getattr(layer, "ceil_mode", False):
        _check_last(axes, before)
    if getattr(layer, "return_indices", False):
        raise ShapeError("gives places beside values")
    # One window that fills the features has no next one: without its stride there are fewer fragments.
    axes = [replace(axis, stride=1) if axis.span == size else axis
            for axis, size in zip(axes, before.sizes, strict=True)]  # fmt: skip
    after = before.slid(axes)
    if isinstance(layer, MAX_POOLS):
        return Pooling(axes, before, torch.maximum), after
    if isinstance(layer, MEAN_POOLS):
        divisor = getattr(layer, "divisor_override", None) or prod(axis.kernel for axis in axes)
        return Pooling(axes, before, torch.add, divisor), after
    layer = copy(layer)
    layer.stride = tuple(axis.stride for axis in axes)
    return (layer if after.steps == before.steps else Sliding(layer, axes, before)), after


def windows_of(layer: Any, rank: int) -> list[Window]:
    """The windows that a convolution or pooling slides.

    Raises:
        ShapeError: it pads.
    """
    kernel = layer.kernel_size if isinstance(layer.kernel_size, tuple) else (layer.kernel_size,) * rank
    stride = kernel if getattr(layer, "stride", None) is None else layer.stride
    axes = list(windows(kernel, stride=stride, dilation=getattr(layer, "dilation", 1)))
    padding = getattr(layer, "padding", 0)
    if isinstance(padding, str):
        padding = tuple(axis.span // 2 if padding == "same" else 0 for axis in axes)
    if any(padding if isinstance(padding, tuple) else (padding,)):
        raise ShapeError(
            f"pads what it is given by {_shown(padding)}, so its answer depends on where the patch ends, "
            f"and patches that overlap share nothing"
        )
    return axes


def _shown(padding: int | tuple[int, ...]) -> str:
    values = set(padding) if isinstance(padding, tuple) else {padding}
    return str(padding if isinstance(padding, int) or len(values) > 1 else values.pop())


def _check_last(axes: list[Window], before: Stage) -> None:
    """With ceil_mode a last window may reach beyond the patch."""
    for axis, size in zip(axes, before.sizes, strict=True):
        if (size - axis.span) % axis.stride:
            raise ShapeError(
                f"has a last window that is cut off where the patch ends (ceil_mode, {size} places, windows of "
                f"{axis.span} in steps of {axis.stride})"
            )


def _averaged(layer: Any, before: Stage) -> Turned:
    """An adaptive pooling: windows of one size, where it divides the patch evenly."""
    _planar(before)
    rank = len(before.sizes)
    wanted = layer.output_size if isinstance(layer.output_size, tuple) else (layer.output_size,) * rank
    wanted = tuple(size if want is None else want for want, size in zip(wanted, before.sizes, strict=True))
    if any(size % want for size, want in zip(before.sizes, wanted, strict=True)):
        raise ShapeError(
            f"divides {times(before.sizes)} places into {times(wanted)} windows, which are not all of one size"
        )
    kernel = tuple(size // want for size, want in zip(before.sizes, wanted, strict=True))
    if all(length == 1 for length in kernel):
        return nn.Identity(), before
    space = space_of(rank)
    pool = space.max_pool if isinstance(layer, GLOBAL_MAXIMA) else space.mean_pool
    return _slid(pool(kernel, stride=kernel), before)


def _flattened(layer: nn.Flatten, before: Stage) -> Turned:
    if layer.start_dim != 1 or layer.end_dim not in (-1, len(before.sizes) + 1):
        raise ShapeError(f"flattens axes {layer.start_dim} to {layer.end_dim}; wanted are all but the first")
    return nn.Identity(), replace(before, flat=True)


def _linear(layer: nn.Linear, before: Stage) -> Turned:
    """A convolution as large as the features of a patch (Long et al., arXiv:1411.4038, section 3.1)."""
    if not before.flat:
        raise ShapeError("mixes places along one axis only, with no flattening before it")
    features, space = layer.in_features // prod(before.sizes), space_of(len(before.sizes))
    conv: Any = space.conv(
        features, layer.out_features, before.sizes, bias=layer.bias is not None, device="meta",
        dtype=layer.weight.dtype,
    )  # fmt: skip
    conv.weight = nn.Parameter(layer.weight.detach().reshape(conv.weight.shape), requires_grad=False)
    if layer.bias is not None:
        conv.bias = nn.Parameter(layer.bias.detach(), requires_grad=False)
    return conv.eval(), Stage((1,) * len(before.sizes), before.steps, flat=True)


def _planar(before: Stage) -> None:
    if before.flat:
        raise ShapeError("slides over a vector that was flattened")


def _whole_vector(before: Stage) -> None:
    if before.flat and not before.single:
        raise ShapeError("comes between the flattening and its linear layer, where a vector has many places")


def _padding(layer: Any, before: Stage) -> Turned:
    raise ShapeError("pads what it is given, so its answer depends on where the patch ends")


def _spreading(layer: Any, before: Stage) -> Turned:
    raise ShapeError("makes maps larger; wanted are classifiers, which give one answer for a patch")


def _by_patch(layer: Any, before: Stage) -> Turned:
    raise ShapeError("takes its mean and variance over the whole patch, so patches that overlap share nothing")


RULES: dict[tuple[type, ...], Rule] = {
    POINTWISE: _same,
    DROPPING: _dropped,
    (nn.LocalResponseNorm, nn.Softmax2d): _across,
    (nn.Softmax, nn.LogSoftmax): _softmax,
    (nn.PReLU,): _prelu,
    NORMS: _normed,
    (*CONVOLUTIONS, *MAX_POOLS, *MEAN_POOLS, *POWER_POOLS): _slid,
    (*GLOBAL_MEANS, *GLOBAL_MAXIMA): _averaged,
    (nn.Flatten,): _flattened,
    (nn.Linear,): _linear,
    TRANSPOSED: _spreading,
    (nn.Upsample, nn.PixelShuffle, nn.modules.pooling._MaxUnpoolNd): _spreading,
    (nn.modules.padding._ConstantPadNd, nn.modules.padding._ReflectionPadNd, nn.modules.padding._ReplicationPadNd,
     nn.modules.padding._CircularPadNd): _padding,
    (nn.GroupNorm, nn.LayerNorm, nn.modules.instancenorm._InstanceNorm): _by_patch,
}  # fmt: skip
