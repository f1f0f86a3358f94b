"""Pooling: one number for each window, and which samples of it answer for that number."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import SettingError, ShapeError
from svertka.reference.axes import Array, Each, Padding, Pairs, around, batch_of_images, each, like
from svertka.reference.padding import pad_backward
from svertka.reference.windows import windows, windows_backward


class _Slide(NamedTuple):
    """How a window slides over an image, axis by axis; `beyond` is what `ceil_mode` adds after the padding."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    sides: Pairs
    beyond: tuple[int, ...]

    @property
    def around(self) -> Pairs:
        """What lies before and after each axis in all."""
        return tuple((before, after + more) for (before, after), more in zip(self.sides, self.beyond, strict=True))

    def seen(self, image: Array, outside: float) -> Array:
        """Windows `(batch, channels, *places, taps)` of an image with a number outside."""
        padded = np.pad(image, ((0, 0), (0, 0), *self.around), constant_values=outside)
        found = windows(padded, self.kernel, self.stride, self.dilation)
        return found.reshape(*found.shape[: image.ndim], -1)

    def unseen(self, gradient: Array, image: Array) -> Array:
        """What windows `(batch, channels, *places, taps)` say of the samples of an image, added up."""
        sizes = [size + sum(pair) for size, pair in zip(image.shape[2:], self.around, strict=True)]
        by_tap = gradient.reshape(*gradient.shape[:-1], *self.kernel)
        padded = windows_backward(by_tap, sizes, self.kernel, self.stride, self.dilation)
        return pad_backward(padded, image, self.around)


def max_pool(
    image: ArrayLike,
    kernel: Each,
    *,
    stride: Each | None = None,
    padding: Padding = 0,
    dilation: Each = 1,
    ceil_mode: bool = False,
) -> Array:
    """The largest sample of each window: `y[n] = max_k x[S n + D k - P]`; padding never wins.

    Args:
        image: `(batch, channels, *sizes)`.
        kernel: sizes of the window.
        stride: steps between windows; by default as large as the kernel.
        padding: one number, one for each axis, or `(before, after)` for each axis.
        dilation: steps between the samples of a window.
        ceil_mode: whether a last window may reach over the end, if it begins before it.

    Raises:
        ShapeError: a window larger than the padded image, or one that sees nothing but padding.
        SettingError: a setting out of range.
    """
    images, slide = _settled(image, kernel, stride, padding, dilation, ceil_mode)
    largest: Array = _answered(slide.seen(images, -np.inf)).max(axis=-1)
    return largest


def max_pool_backward(
    gradient: ArrayLike,
    image: ArrayLike,
    kernel: Each,
    *,
    stride: Each | None = None,
    padding: Padding = 0,
    dilation: Each = 1,
    ceil_mode: bool = False,
) -> Array:
    """The gradient of `max_pool`: each window sends its own to the position of its maximum.

    With `k*` where the maximum is, `y[n] = x[S n + D k* - P]`, and a small change leaves `k*` where it is; so
    `∂y[n]/∂x[i]` is 1 for `i = S n + D k* - P`, else 0. Among equals the first answers, as in PyTorch. Where windows
    overlap, a sample that wins twice receives twice.
    """
    images, slide = _settled(image, kernel, stride, padding, dilation, ceil_mode)
    seen = _answered(slide.seen(images, -np.inf))
    g = like(gradient, seen.shape[:-1])
    wins = np.arange(seen.shape[-1]) == seen.argmax(axis=-1)[..., None]
    return slide.unseen(wins * g[..., None], images)


def average_pool(
    image: ArrayLike,
    kernel: Each,
    *,
    stride: Each | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """The mean of each window: `y[n] = 1/N[n] Σ_k x[S n + k - P]`.

    `N` counts the samples of the window that lie in the image and, with `count_include_pad`, in its padding: zeros
    that pull the mean down, as is PyTorch's default. What `ceil_mode` reaches beyond both never counts.
    """
    images, slide = _settled(image, kernel, stride, padding, 1, ceil_mode)
    means: Array = slide.seen(images, 0).sum(axis=-1) / _counts(images, slide, count_include_pad)
    return means


def average_pool_backward(
    gradient: ArrayLike,
    image: ArrayLike,
    kernel: Each,
    *,
    stride: Each | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """The gradient of `average_pool`: every window shares its own out evenly.

    `y[n] = 1/N[n] Σ_k x[S n + k - P]` is linear: `∂L/∂x[i] = Σ g[n] / N[n]` over all windows `n` that see `i`.
    """
    images, slide = _settled(image, kernel, stride, padding, 1, ceil_mode)
    counts = _counts(images, slide, count_include_pad)
    g = like(gradient, (*images.shape[:2], *counts.shape[2:]))
    return slide.unseen(np.repeat((g / counts)[..., None], np.prod(slide.kernel), axis=-1), images)


def power_pool(
    image: ArrayLike,
    kernel: Each,
    power: float,
    *,
    stride: Each | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
) -> Array:
    """The Lp norm of each window: `y[n] = (Σ_k |x[S n + k - P]|^p)^(1/p)`.

    At `p = 1` it is a sum of magnitudes, and it nears the largest of them as `p` grows. PyTorch leaves out the
    magnitude, so for odd powers the two agree only where no sample is negative.

    Raises:
        SettingError: a power below one, or a setting out of range.
        ShapeError: a window larger than the padded image.
    """
    images, slide = _settled(image, kernel, stride, padding, 1, ceil_mode)
    norms: Array = (np.abs(slide.seen(images, 0)) ** _powerful(power)).sum(axis=-1) ** (1 / power)
    return norms


def power_pool_backward(
    gradient: ArrayLike,
    image: ArrayLike,
    kernel: Each,
    power: float,
    *,
    stride: Each | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
) -> Array:
    """The gradient of `power_pool`: large samples of a window get more of it.

    From `y^p = Σ |x|^p` follows `p y^(p-1) dy = Σ p |x|^(p-1) sign(x) dx`, so `∂y/∂x = sign(x) (|x| / y)^(p-1)`.
    A window of zeros has no slope there; it sends nothing.
    """
    images, slide = _settled(image, kernel, stride, padding, 1, ceil_mode)
    seen = slide.seen(images, 0)
    y = (np.abs(seen) ** _powerful(power)).sum(axis=-1, keepdims=True) ** (1 / power)
    share = np.divide(np.abs(seen), y, out=np.zeros_like(seen), where=y > 0)
    g = like(gradient, seen.shape[:-1])
    return slide.unseen(g[..., None] * np.sign(seen) * share ** (power - 1), images)


def _settled(
    image: ArrayLike, kernel: Each, stride: Each | None, padding: Padding, dilation: Each, ceil_mode: bool
) -> tuple[Array, _Slide]:
    """Images, and how a window of these settings slides over them."""
    images = batch_of_images(image)
    rank = images.ndim - 2
    kernels, dilations = each(kernel, rank, "kernel"), each(dilation, rank, "dilation")
    strides = kernels if stride is None else each(stride, rank, "stride")
    sides = around(padding, kernels, dilations)
    axes = zip(images.shape[2:], kernels, strides, dilations, sides, strict=True)
    beyond = tuple(_beyond(*axis) if ceil_mode else 0 for axis in axes)
    return images, _Slide(kernels, strides, dilations, sides, beyond)


def _beyond(size: int, kernel: int, stride: int, dilation: int, sides: tuple[int, int]) -> int:
    """How far a last window reaches over the end of the padded axis; none begins after the image."""
    room = size + sum(sides) - dilation * (kernel - 1) - 1
    last = -(-room // stride) * stride
    if last >= size + sides[0]:
        return 0
    return max(last - room, 0)


def _answered(seen: Array) -> Array:
    """Windows each of which sees a sample."""
    if np.isneginf(seen).all(axis=-1).any():
        raise ShapeError("a window sees nothing but padding; pad less, or take a smaller dilation")
    return seen


def _counts(image: Array, slide: _Slide, count_include_pad: bool) -> Array:
    """How many samples each window counts, `(1, 1, *places)`."""
    ones = np.ones((1, 1, *image.shape[2:]))
    if count_include_pad:
        ones = np.pad(ones, ((0, 0), (0, 0), *slide.sides), constant_values=1)
        slide = slide._replace(sides=((0, 0),) * len(slide.sides))
    counts: Array = slide.seen(ones, 0).sum(axis=-1)
    if not counts.all():
        raise ShapeError("a window sees nothing but padding; pad less")
    return counts


def _powerful(power: float) -> float:
    if not power >= 1:
        raise SettingError(f"power should be a number of at least 1, not {power}")
    return power
