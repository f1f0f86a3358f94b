"""Convolution as networks mean it, a sum of products under a sliding kernel, with its three gradients."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import ShapeError
from svertka.reference.axes import (
    Array,
    Each,
    Padding,
    around,
    batch_of_images,
    but_channels,
    channelwise,
    each,
    like,
    numbers,
)
from svertka.reference.padding import pad, pad_backward
from svertka.reference.windows import windows


class ConvolutionGradients(NamedTuple):
    """How a loss changes with each input of a convolution; each is shaped as that input."""

    image: Array
    kernel: Array
    bias: Array


def convolve(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    bias: ArrayLike | None = None,
    stride: Each = 1,
    padding: Padding = 0,
    border: str = "zeros",
    dilation: Each = 1,
    groups: int = 1,
) -> Array:
    """Convolve images with kernels: `y[b, o, n] = Σ_{c, k} w[o, c, k] x̄[b, c, S n + D k] + bias[o]`.

    `x̄` is the padded image; `n` and `k` run over places and taps, on as many axes as the kernel has. Strictly this is
    a cross-correlation: the kernel is not turned round. In groups, output channels see only the input channels of
    their group.

    Args:
        image: `(batch, channels, *sizes)`.
        kernel: `(out, channels / groups, *sizes)`.
        bias: `(out,)`.
        stride: steps between places, one number or one for each axis.
        padding: one number, one for each axis, `(before, after)` for each axis, `"same"` or `"valid"`.
        border: what is padded with: "zeros", "reflect", "symmetric", "replicate" or "circular".
        dilation: steps between taps.
        groups: into how many groups channels are shared out.

    Returns:
        `(batch, out, *places)`: on each axis `⌊(size + P - D(K - 1) - 1) / S⌋ + 1`, where `P` counts both sides.

    Raises:
        ShapeError: channels that do not match, or a kernel larger than the padded image.
        SettingError: a stride, padding, dilation or number of groups out of range.
        UnknownName: no such border.
    """
    images, weights = matched(image, kernel, groups)
    rank, out = weights.ndim - 2, len(weights)
    strides, dilations = each(stride, rank, "stride"), each(dilation, rank, "dilation")
    padded = pad(images, around(padding, weights.shape[2:], dilations), border)
    seen = windows(padded, weights.shape[2:], strides, dilations)
    sums: Array = np.einsum(
        "bgcpk,gock->bgop", _in_groups(seen, rank, groups), _kernels(weights, groups), optimize=True
    )
    y = sums.reshape(len(images), out, *seen.shape[2 : 2 + rank])
    return y if bias is None else y + channelwise(like_bias(bias, out), y.ndim)


def convolve_backward(
    gradient: ArrayLike,
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Each = 1,
    padding: Padding = 0,
    border: str = "zeros",
    dilation: Each = 1,
    groups: int = 1,
) -> ConvolutionGradients:
    """The gradients of `convolve`, from `g = ∂L/∂y` of the shape of its output.

    From `y[o, n] = Σ w[o, c, k] x̄[c, S n + D k] + bias[o]`, output by output:

    *   `∂L/∂bias[o] = Σ_{b, n} g[b, o, n]`: a sum.
    *   `∂L/∂w[o, c, k] = Σ_{b, n} g[b, o, n] x̄[b, c, S n + D k]`: the correlation of the input with the output's
        gradient, in which stride and dilation have changed places.
    *   `∂L/∂x̄[c, i] = Σ_{o, k} w[o, c, k] g[o, n]` over all `n` with `S n + D k = i`. Put `g` on a grid with `S - 1`
        zeros between neighbours, `ĝ[S n] = g[n]`, and this is `Σ w[o, c, k] ĝ[o, i - D k]`. With the kernel turned by
        180° and its channels swapped, `w'[c, o, k] = w[o, c, K - 1 - k]`, it becomes
        `Σ w'[c, o, k] ĝ[o, i - D(K - 1) + D k]`: a convolution of `ĝ`, padded by `D(K - 1)`, with `w'`.

    Padding then returns what it copied: `pad_backward`.
    """
    images, weights = matched(image, kernel, groups)
    rank = weights.ndim - 2
    strides, dilations = each(stride, rank, "stride"), each(dilation, rank, "dilation")
    sides = around(padding, weights.shape[2:], dilations)
    padded = pad(images, sides, border)
    places = windows(padded, weights.shape[2:], strides, dilations).shape[2 : 2 + rank]
    g = like(gradient, (len(images), len(weights), *places))
    of_padded = spread(g, weights, padded.shape[2:], strides, dilations, groups)
    return ConvolutionGradients(
        image=pad_backward(of_padded, images, sides, border),
        kernel=kernel_gradient(g, padded, weights.shape, strides, dilations, groups),
        bias=g.sum(axis=but_channels(g.ndim)),
    )


def spread(
    gradient: Array, kernel: Array, sizes: Sequence[int], stride: Sequence[int], dilation: Sequence[int], groups: int
) -> Array:
    """The gradient for a padded image of these sizes: the transpose of a convolution without padding.

    Also the transposed convolution itself, which is the same map used forwards. Samples at the end that no window
    reached, because the stride stepped over them, get zero.
    """
    reach = [d * (k - 1) for k, d in zip(kernel.shape[2:], dilation, strict=True)]
    apart = _with_zeros_between(gradient, stride)
    missed = [n - r - m for n, r, m in zip(sizes, reach, apart.shape[2:], strict=True)]
    apart = pad(apart, [(r, r + rest) for r, rest in zip(reach, missed, strict=True)])
    return convolve(apart, turned(kernel, groups), dilation=dilation, groups=groups)


def kernel_gradient(
    gradient: Array,
    padded: Array,
    shape: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Array:
    """`∂L/∂w[o, c, k] = Σ_{b, n} g[b, o, n] x̄[b, c, S n + D k]` for a kernel of this shape."""
    rank = len(shape) - 2
    seen = _in_groups(windows(padded, shape[2:], stride, dilation), rank, groups)
    g = gradient.reshape(len(gradient), groups, shape[0] // groups, -1)
    sums: Array = np.einsum("bgop,bgcpk->gock", g, seen, optimize=True)
    return sums.reshape(shape)


def turned(kernel: Array, groups: int) -> Array:
    """A kernel `(out, in / groups, *sizes)` turned by 180°, its channels swapped: `(in, out / groups, *sizes)`."""
    out, cin, *sizes = kernel.shape
    swapped = kernel.reshape(groups, out // groups, cin, *sizes).swapaxes(1, 2)
    flipped = np.flip(swapped, axis=tuple(range(3, swapped.ndim)))
    return flipped.reshape(groups * cin, out // groups, *sizes)


def matched(image: ArrayLike, kernel: ArrayLike, groups: int) -> tuple[Array, Array]:
    """Images and kernels whose axes and channels fit together.

    Raises:
        ShapeError: they do not.
        SettingError: groups that are no positive integer.
    """
    images, weights = batch_of_images(image), numbers(kernel)
    each(groups, 1, "groups")
    if weights.ndim != images.ndim:
        raise ShapeError(
            f"a kernel for images {images.shape} should be (out, channels / groups, *sizes), but it has shape "
            f"{weights.shape}"
        )
    if images.shape[1] != weights.shape[1] * groups:
        raise ShapeError(
            f"the images have {images.shape[1]} channels, but a kernel of shape {weights.shape} in groups of {groups} "
            f"reads {weights.shape[1] * groups}"
        )
    if len(weights) % groups or 0 in weights.shape:
        raise ShapeError(f"{len(weights)} output channels cannot be shared out among {groups} groups")
    return images, weights


def like_bias(bias: ArrayLike, out: int) -> Array:
    """A bias with a number for each output channel.

    Raises:
        ShapeError: it has not.
    """
    array = numbers(bias)
    if array.shape != (out,):
        raise ShapeError(
            f"the bias has shape {array.shape}, but there are {out} output channels: it should be ({out},)"
        )
    return array


def _with_zeros_between(image: Array, stride: Sequence[int]) -> Array:
    """`ĝ[S n] = g[n]`, and zero elsewhere."""
    sizes = [s * (n - 1) + 1 for n, s in zip(image.shape[2:], stride, strict=True)]
    apart = np.zeros((*image.shape[:2], *sizes))
    apart[:, :, *[slice(None, None, s) for s in stride]] = image
    return apart


def _in_groups(seen: Array, rank: int, groups: int) -> Array:
    """Windows `(batch, channels, *places, *kernel)` as `(batch, groups, channels / groups, places, taps)`."""
    batch, channels, *rest = seen.shape
    places, taps = np.prod(rest[:rank]), np.prod(rest[rank:])
    return seen.reshape(batch, groups, channels // groups, int(places), int(taps))


def _kernels(kernel: Array, groups: int) -> Array:
    """Kernels as `(groups, out / groups, channels / groups, taps)`."""
    return kernel.reshape(groups, len(kernel) // groups, kernel.shape[1], -1)
