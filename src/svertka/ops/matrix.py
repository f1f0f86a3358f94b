"""A convolution as a matrix, and an image as the patches that its kernel meets."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from svertka.errors import ShapeError
from svertka.geometry import Axes, Padding, Window, each, windows
from svertka.ops.kinds import Found, Image, like, tensor_of
from svertka.ops.padding import padded

Places = NDArray[np.int64]


def convolution_matrix(
    kernel: Image,
    sizes: Sequence[int],
    *,
    stride: Axes = 1,
    padding: Padding = 0,
    border: str = "zeros",
    dilation: Axes = 1,
    groups: int = 1,
) -> csr_array:
    """The sparse matrix `A` with `vec(I * K) = A vec(I)`: doubly block Toeplitz at stride 1 with zeros at the border.

    Args:
        kernel: `(outputs, channels / groups, *lengths)`, or without channels, with one or two axes.
        sizes: those of the image, without channels.
        stride: as in `convolve`.
        padding: as in `convolve`.
        border: as in `convolve`.
        dilation: as in `convolve`.
        groups: as in `convolve`.

    Returns:
        `(outputs · places, channels · samples)` in float64. Its transpose is the transposed convolution, and the
        gradient of the image is `Aᵀ g`.

    Raises:
        ShapeError, SettingError, UnknownName: as `convolve`.
    """
    weight = tensor_of(kernel).detach().cpu().double()
    weight = weight[None, None] if weight.dim() <= 2 else weight
    slides = windows(weight.shape[2:], stride=stride, padding=padding, dilation=dilation)
    if len(sizes) != len(slides):
        raise ShapeError(f"a kernel of {len(slides)} axes is for as many sizes, not {len(sizes)}")
    each("groups", groups, 1, least=1)
    outputs, inner = weight.shape[:2]
    if outputs % groups:
        raise ShapeError(f"{outputs} kernels cannot be shared out to {groups} groups")
    seen = _seen(sizes, slides, border)  # (places, taps)
    places, taps = seen.shape
    output, channel = np.divmod(np.arange(outputs * inner), inner)
    source = output // (outputs // groups) * inner + channel
    rows = output[:, None, None] * places + np.arange(places)[None, :, None]
    columns = np.where(seen < 0, -1, source[:, None, None] * prod(sizes) + seen)
    values = np.broadcast_to(weight.numpy().reshape(outputs * inner, 1, taps), columns.shape)
    rows = np.broadcast_to(rows, columns.shape)
    inside = columns >= 0
    shape = (outputs * places, inner * groups * prod(sizes))
    return csr_array(coo_array((values[inside], (rows[inside], columns[inside])), shape=shape))


def unfold(
    image: Image,
    lengths: Sequence[int],
    *,
    stride: Axes = 1,
    padding: Padding = 0,
    border: str = "zeros",
    dilation: Axes = 1,
) -> Found:
    """The patch under the kernel at every place, as a column (im2col), so that a convolution is one matrix product.

    Args:
        image: `(batch, channels, *sizes)`, of any rank.
        lengths: the kernel's sizes.
        stride: as in `convolve`.
        padding: as in `convolve`.
        border: as in `convolve`.
        dilation: as in `convolve`.

    Returns:
        `(batch, channels · taps, places)`, in the order of torch's `unfold`.

    Raises:
        ShapeError, SettingError, UnknownName: as `convolve`.
    """
    x = tensor_of(image)
    slides = windows(lengths, stride=stride, padding=padding, dilation=dilation)
    if x.dim() != len(slides) + 2:
        raise ShapeError(f"a kernel of {len(slides)} axes is for images (batch, channels, …) of {len(slides) + 2} axes")
    x = padded(x, [window.margin for window in slides], border)
    sizes = x.shape[2:]
    seen = torch.from_numpy(_seen(sizes, [_bare(window) for window in slides], "zeros")).to(x.device)
    columns = x.flatten(2)[:, :, seen.T.reshape(-1)]
    return like(columns.reshape(len(x), x.shape[1] * seen.shape[1], seen.shape[0]), image)


def fold(
    columns: Image,
    sizes: Sequence[int],
    lengths: Sequence[int],
    *,
    stride: Axes = 1,
    padding: Padding = 0,
    dilation: Axes = 1,
) -> Found:
    """The transpose of `unfold` with zeros at the border: patches are added where they came from.

    Args:
        columns: `(batch, channels · taps, places)`.
        sizes: those of the image to be made.
        lengths: the kernel's sizes.
        stride: as in `unfold`.
        padding: as in `unfold`.
        dilation: as in `unfold`.

    Returns:
        `(batch, channels, *sizes)`.

    Raises:
        ShapeError: the columns are not those of such an image.
    """
    x = tensor_of(columns)
    slides = windows(lengths, stride=stride, padding=padding, dilation=dilation)
    full = [size + sum(window.margin) for size, window in zip(sizes, slides, strict=True)]
    seen = torch.from_numpy(_seen(full, [_bare(window) for window in slides], "zeros")).to(x.device)
    places, taps = seen.shape
    if x.dim() != 3 or x.shape[1] % taps or x.shape[2] != places:
        raise ShapeError(f"columns of such an image are (batch, channels · {taps}, {places}), not {tuple(x.shape)}")
    maps = x.reshape(x.shape[0], -1, taps * places)
    y = x.new_zeros(*maps.shape[:2], prod(full)).index_add_(2, seen.T.reshape(-1), maps)
    inside: Any = (..., *[slice(w.margin[0], w.margin[0] + size) for w, size in zip(slides, sizes, strict=True)])
    return like(y.reshape(*maps.shape[:2], *full)[inside], columns)


def _bare(window: Window) -> Window:
    return Window(window.kernel, window.stride, 0, window.dilation)


def _seen(sizes: Sequence[int], slides: Sequence[Window], border: str) -> Places:
    """Which sample, counted through the image, each tap meets at each place; -1 beyond a border of zeros."""
    lines = [_seen_along(size, window, border) for size, window in zip(sizes, slides, strict=True)]
    total: Places = np.zeros((1, 1), np.int64)
    for line, size in zip(lines, sizes, strict=True):
        joined = total[:, None, :, None] * size + line[None, :, None, :]
        outside = (total[:, None, :, None] < 0) | (line[None, :, None, :] < 0)
        joined = np.where(outside, -1, joined)
        total = joined.reshape(total.shape[0] * line.shape[0], -1)
    return total


def _seen_along(size: int, window: Window, border: str) -> Places:
    """`(places, taps)` along one axis."""
    index = padded(torch.arange(1, size + 1), [window.margin], border).numpy() - 1
    places = np.arange(window.out(size)) * window.stride
    return np.asarray(index[places[:, None] + np.arange(window.kernel) * window.dilation])
