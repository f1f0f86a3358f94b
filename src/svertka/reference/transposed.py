"""Transposed convolution: the map that takes gradients back through a convolution, used forwards."""

from collections.abc import Sequence

from numpy.typing import ArrayLike

from svertka.errors import SettingError, ShapeError
from svertka.geometry import times
from svertka.reference.axes import (
    Array,
    Each,
    Padding,
    Pairs,
    around,
    batch_of_images,
    but_channels,
    channelwise,
    each,
    like,
    numbers,
)
from svertka.reference.convolution import ConvolutionGradients, convolve, kernel_gradient, like_bias, spread
from svertka.reference.padding import pad


def convolve_transposed(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    bias: ArrayLike | None = None,
    stride: Each = 1,
    padding: Padding = 0,
    output_padding: Each = 0,
    dilation: Each = 1,
    groups: int = 1,
) -> Array:
    """Lay a copy of the kernel, times its value, at every sample: `y[o, S n + D k - P] += w[c, o, k] x[c, n]`.

    If `A` is the matrix of a convolution with this kernel, this is `Aᵀ`: it has the sizes of an inverse, but it is
    none. Convolutions with a stride forget how many samples they left over at the end; `output_padding` says it.

    Args:
        image: `(batch, channels, *sizes)`.
        kernel: `(channels, out / groups, *sizes)`: the kernel of the convolution whose transpose this is.
        bias: `(out,)`.
        stride: steps between the copies.
        padding: what is cut away: what the convolution had padded with zeros.
        output_padding: samples more at the end of each axis; below the stride or the dilation.
        dilation: steps between taps.
        groups: into how many groups channels are shared out.

    Returns:
        `(batch, out, *sizes)`, each size `S(N - 1) + D(K - 1) + 1 + output_padding - P`, `P` on both sides together.

    Raises:
        ShapeError: channels that do not match, or nothing is left after cutting.
        SettingError: a setting out of range.
    """
    images, weights = _matched(image, kernel, groups)
    rank, out = weights.ndim - 2, weights.shape[1] * groups
    strides, dilations = each(stride, rank, "stride"), each(dilation, rank, "dilation")
    sides = around(padding, weights.shape[2:], dilations)
    sizes = _sizes(images, weights, strides, dilations, _more(output_padding, strides, dilations), sides)
    y = _cut(spread(images, weights, sizes, strides, dilations, groups), sides)
    return y if bias is None else y + channelwise(like_bias(bias, out), y.ndim)


def convolve_transposed_backward(
    gradient: ArrayLike,
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Each = 1,
    padding: Padding = 0,
    output_padding: Each = 0,
    dilation: Each = 1,
    groups: int = 1,
) -> ConvolutionGradients:
    """The gradients of `convolve_transposed`, from `g = ∂L/∂y` of the shape of its output.

    The transpose of `Aᵀ` is `A`, so the image's gradient is a convolution of `g` with the same kernel, padded by what
    was cut: `∂L/∂x[c, n] = Σ_{o, k} w[c, o, k] g[o, S n + D k - P]`. In `y[o, i] = Σ w[c, o, k] x[c, n]` image and
    gradient have changed roles, so the kernel's gradient is the correlation of `g` with `x`:
    `∂L/∂w[c, o, k] = Σ_{b, n} x[b, c, n] g[b, o, S n + D k - P]`. The bias collects a sum.
    """
    images, weights = _matched(image, kernel, groups)
    rank, out = weights.ndim - 2, weights.shape[1] * groups
    strides, dilations = each(stride, rank, "stride"), each(dilation, rank, "dilation")
    sides = around(padding, weights.shape[2:], dilations)
    sizes = _sizes(images, weights, strides, dilations, _more(output_padding, strides, dilations), sides)
    left = [size - sum(pair) for size, pair in zip(sizes, sides, strict=True)]
    g = like(gradient, (len(images), out, *left))
    padded = _cut(pad(g, sides), [(0, more) for more in _more(output_padding, strides, dilations)])
    return ConvolutionGradients(
        image=convolve(padded, weights, stride=strides, dilation=dilations, groups=groups),
        kernel=kernel_gradient(images, padded, weights.shape, strides, dilations, groups),
        bias=g.sum(axis=but_channels(g.ndim)),
    )


def _matched(image: ArrayLike, kernel: ArrayLike, groups: int) -> tuple[Array, Array]:
    """Images and kernels whose axes and channels fit together."""
    images, weights = batch_of_images(image), numbers(kernel)
    each(groups, 1, "groups")
    if weights.ndim != images.ndim or len(weights) != images.shape[1] or 0 in weights.shape:
        raise ShapeError(
            f"a kernel for images {images.shape} should be (channels, out / groups, *sizes) with "
            f"{images.shape[1]} channels, but it has shape {weights.shape}"
        )
    if images.shape[1] % groups:
        raise ShapeError(f"{images.shape[1]} channels cannot be shared out among {groups} groups")
    return images, weights


def _more(output_padding: Each, stride: Sequence[int], dilation: Sequence[int]) -> tuple[int, ...]:
    """Samples more at the end of each axis, fewer than a stride or a dilation."""
    more = each(output_padding, len(stride), "output_padding", least=0)
    if any(m >= max(s, d) for m, s, d in zip(more, stride, dilation, strict=True)):
        raise SettingError(f"output_padding {more} should be below the stride {stride} or the dilation {dilation}")
    return more


def _sizes(
    image: Array,
    kernel: Array,
    stride: Sequence[int],
    dilation: Sequence[int],
    more: Sequence[int],
    sides: Pairs,
) -> list[int]:
    """Sizes before cutting: `S(N - 1) + D(K - 1) + 1 + output_padding`."""
    axes = zip(image.shape[2:], kernel.shape[2:], stride, dilation, more, strict=True)
    sizes = [s * (n - 1) + d * (k - 1) + 1 + m for n, k, s, d, m in axes]
    if any(size <= sum(pair) for size, pair in zip(sizes, sides, strict=True)):
        raise ShapeError(f"padding {sides} cuts everything away from a result of {times(sizes)}; cut less")
    return sizes


def _cut(image: Array, sides: Sequence[tuple[int, int]]) -> Array:
    """Without so many samples before and after, on each axis."""
    inside = [slice(before, size - after) for size, (before, after) in zip(image.shape[2:], sides, strict=True)]
    return image[:, :, *inside]
