"""Receptive fields: which part of the image each place of a layer sees, exactly, through branches too.

Every tensor on its way through the network carries the field of its first place. Windows widen it, strides spread the
fields of neighbours, and where branches meet the union is taken: the longest path decides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from svertka.measure.walking import bare, unshaped
from svertka.nn import RotationConv, SphereConv, ZonalConv

MARK = "_svertka_field"


@dataclass(frozen=True)
class Axis:
    """What the first place of a layer sees along one axis: samples `low` to `high` of the image, both included.

    Its neighbour sees the same `jump` samples further on. Samples below 0 are padding.
    """

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    jump: Fraction = Fraction(1)

    def slid(self, kernel: int, stride: int, padding: int, dilation: int) -> "Axis":
        """What a window over such places sees: it is `dilation (kernel - 1)` places longer; Araujo et al. (2019)."""
        low = self.low - padding * self.jump
        return Axis(low, self.high + (dilation * (kernel - 1) - padding) * self.jump, stride * self.jump)

    def spread(self, kernel: int, stride: int, padding: int, dilation: int) -> "Axis":
        """What a place of a transposed convolution sees, the widest of its phases."""
        reach = dilation * (kernel - 1)
        phases = [(ceil((o + padding - reach) / stride), floor((o + padding) / stride)) for o in range(stride)]
        jump = self.jump / stride
        low = min(self.low + first * self.jump - o * jump for o, (first, _) in enumerate(phases))
        wide = max((last - first) * self.jump for first, last in phases)
        return Axis(low, low + self.high - self.low + wide, jump)

    def moved(self, places: int) -> "Axis":
        """The same without so many first places; with more of them, where that is negative."""
        return Axis(self.low + places * self.jump, self.high + places * self.jump, self.jump)

    def joined(self, other: "Axis") -> "Axis":
        """What both see together."""
        return Axis(min(self.low, other.low), max(self.high, other.high), max(self.jump, other.jump))


@dataclass(frozen=True)
class Field:
    """The receptive field of a layer along each axis, in samples of the image.

    `size` is how many samples a place sees, `jump` how far apart the fields of neighbours lie, `start` the first sample
    that the first place sees, which is negative where that is padding. `whole` says that every place sees the whole
    image, by a global mean or a linear layer; the other numbers are then empty.
    """

    size: tuple[int, ...]
    jump: tuple[float, ...]
    start: tuple[float, ...]
    whole: bool = False


Axes = tuple[Axis, ...] | None  # nothing: the whole image


def fields(network: nn.Module, channels: int, sizes: Sequence[int]) -> dict[str, Field]:
    """The field of every module by its name, the network's own under an empty one."""
    network = bare(network)
    found: dict[str, Field] = {}

    def note(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(layer: nn.Module, inputs: Any, out: Any) -> None:
            first = next((leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)), None)
            if first is not None:
                if isinstance(layer, SphereConv | RotationConv | ZonalConv):
                    setattr(first, MARK, None)  # a spectrum is of the whole sphere
                found[name] = shown(_of(first), len(sizes))

        return hook

    handles = [layer.register_forward_hook(note(name)) for name, layer in network.named_modules()]
    image = torch.empty(1, channels, *sizes, device="meta")
    setattr(image, MARK, (Axis(),) * len(sizes))
    try:
        with torch.no_grad(), unshaped(network), Tracing(len(sizes)):
            network(image)
    finally:
        for handle in handles:
            handle.remove()
    return found


def shown(axes: Axes, rank: int) -> Field:
    """The field as numbers."""
    if axes is None:
        return Field((), (), (), whole=True)
    return Field(
        size=tuple(int(axis.high - axis.low) + 1 for axis in axes),
        jump=tuple(float(axis.jump) for axis in axes),
        start=tuple(float(axis.low) for axis in axes),
    )


class Tracing(TorchFunctionMode):
    """While it is on, what torch's functions return carries the field that follows from what they were given."""

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.rank = rank

    def __torch_function__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor) and hasattr(leaf, MARK)]
        before = _of_all(given) if given else ()
        out = function(*args, **kwargs)
        if given:
            after = RULES.get(function, _same)(before, args, kwargs)
            for leaf in tree_leaves(out):
                if isinstance(leaf, Tensor):
                    setattr(leaf, MARK, after if leaf.dim() > self.rank else None)
        return out


def _of(tensor: Tensor) -> Axes:
    found: Axes = getattr(tensor, MARK, None)
    return found


def _of_all(tensors: Sequence[Tensor]) -> Axes:
    """The union of several fields."""
    joined = _of(tensors[0])
    for tensor in tensors[1:]:
        other = _of(tensor)
        if joined is None or other is None:
            return None
        joined = tuple(one.joined(two) for one, two in zip(joined, other, strict=True))
    return joined


def _same(axes: Axes, args: Any, kwargs: Any) -> Axes:
    return axes


def _whole(axes: Axes, args: Any, kwargs: Any) -> Axes:
    return None


def _windowed(names: Sequence[str], how: str) -> Callable[[Axes, Any, Any], Axes]:
    """A rule for a function whose arguments bear these names in this order."""

    def rule(axes: Axes, args: Any, kwargs: Any) -> Axes:
        if axes is None:
            return None
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        kernel = given["kernel_size"] if "kernel_size" in given else given["weight"].shape[2:]
        lengths = _each(kernel, len(axes))
        strides = _each(given.get("stride") or (lengths if "kernel_size" in given else 1), len(axes))
        dilations = _each(given.get("dilation", 1), len(axes))
        padding = given.get("padding", 0)
        if padding == "same":
            padding = [dilation * (length - 1) // 2 for length, dilation in zip(lengths, dilations, strict=True)]
        paddings = _each(0 if padding == "valid" else padding, len(axes))
        windows = zip(axes, lengths, strides, paddings, dilations, strict=True)
        return tuple(getattr(axis, how)(*window) for axis, *window in windows)

    return rule


def _adaptive(axes: Axes, args: Any, kwargs: Any) -> Axes:
    """A pooling to a given size: the whole for one place; a window that depends on the image for several."""
    image, wanted = args[0], _each(args[1] if len(args) > 1 else kwargs["output_size"], len(axes or ()))
    if axes is None or all(size == 1 for size in wanted):
        return None
    found = []
    for axis, have, want in zip(axes, image.shape[2:], wanted, strict=True):
        widest = max(-(-((place + 1) * have) // want) - place * have // want for place in range(want))
        found.append(Axis(axis.low, axis.high + (widest - 1) * axis.jump, axis.jump * Fraction(have, want)))
    return tuple(found)


def _padded(axes: Axes, args: Any, kwargs: Any) -> Axes:
    pads = list(args[1] if len(args) > 1 else kwargs["pad"])
    if axes is None:
        return None
    before = [*pads[0::2], *[0] * len(axes)][: len(axes)]
    return tuple(axis.moved(-count) for axis, count in zip(axes, reversed(before), strict=True))


def _sliced(axes: Axes, args: Any, kwargs: Any) -> Axes:
    wanted = args[1] if isinstance(args[1], tuple) else (args[1],)
    if axes is None:
        return None
    cuts = wanted[wanted.index(Ellipsis) + 1 :] if Ellipsis in wanted else wanted[2:]
    if any(isinstance(cut, int) for cut in cuts):
        return None
    cuts = (*cuts, *[slice(None)] * len(axes))[: len(axes)] if Ellipsis not in wanted else cuts
    starts = [cut.start or 0 if isinstance(cut, slice) else 0 for cut in cuts][-len(axes) :]
    starts = [0] * (len(axes) - len(starts)) + starts
    return tuple(axis.moved(start) for axis, start in zip(axes, starts, strict=True))


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, (tuple, list, torch.Size)) else (value,) * rank


_CONV = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_UP = ("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
_MAX = ("input", "kernel_size", "stride", "padding", "dilation")
_MEAN = ("input", "kernel_size", "stride", "padding")
RULES: dict[Any, Callable[[Axes, Any, Any], Axes]] = {
    F.pad: _padded,
    Tensor.__getitem__: _sliced,
    Tensor.flatten: _whole, torch.flatten: _whole, F.linear: _whole,
    Tensor.mean: _whole,
    **dict.fromkeys((F.conv1d, F.conv2d, F.conv3d), _windowed(_CONV, "slid")),
    **dict.fromkeys((F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d), _windowed(_UP, "spread")),
    **dict.fromkeys((F.max_pool1d, F.max_pool2d, F.max_pool3d), _windowed(_MAX, "slid")),
    **dict.fromkeys((F.avg_pool1d, F.avg_pool2d, F.avg_pool3d), _windowed(_MEAN, "slid")),
    **dict.fromkeys((F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d), _adaptive),
}  # fmt: skip
