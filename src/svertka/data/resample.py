"""Bringing images to a size: scaling, cutting, padding; at any rank, with any number of channels."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.data.rasters import Pixels


def resampled(pixels: Pixels, sizes: Sequence[int]) -> Pixels:
    """Scale the trailing axes to these sizes, linearly and without aliasing.

    Shrinking averages over what a new sample covers (triangle window), as Pillow's bilinear filter does.
    8-bit images give 8-bit images; everything else gives float32.
    """
    whole = pixels.dtype == np.uint8
    x = torch.from_numpy(np.require(pixels if whole else pixels.astype(np.float32), requirements=["C", "W"]))
    rank = len(sizes)
    if rank == 2 and sizes[-1] > 1:  # torch 2.13 scales planes wrongly to a width of 1
        x = _plane(x, sizes)
    else:
        x = x.float()
        for axis, size in zip(range(-rank, 0), sizes, strict=True):
            x = _along(x, axis, size)
        x = x.round().to(torch.uint8) if whole else x
    return np.asarray(x.numpy())


def picked(pixels: Pixels, sizes: Sequence[int]) -> Pixels:
    """Scale the trailing axes to these sizes by taking the nearest sample, which makes no new values."""
    for axis, size in zip(range(-len(sizes), 0), sizes, strict=True):
        have = pixels.shape[axis]
        if have != size:
            pixels = pixels.take((2 * np.arange(size) + 1) * have // (2 * size), axis)
    return pixels


def cut(pixels: Pixels, sizes: Sequence[int]) -> Pixels:
    """The middle of these sizes, with zeros around where the image is smaller."""
    for axis, size in zip(range(-len(sizes), 0), sizes, strict=True):
        pixels = _cut_along(pixels, axis, size)
    return pixels


def cover(sizes: Sequence[int], wanted: Sequence[int], rounded: Callable[[Fraction], int] = round) -> tuple[int, ...]:
    """The least sizes of the same proportions, to rounding, that cover what is wanted."""
    scale = max(Fraction(want, size) for size, want in zip(sizes, wanted, strict=True))
    return tuple(max(want, rounded(size * scale)) for size, want in zip(sizes, wanted, strict=True))


def _plane(x: Tensor, sizes: Sequence[int]) -> Tensor:
    flat = x.reshape(1, -1, *x.shape[-2:])
    flat = F.interpolate(flat, size=tuple(sizes), mode="bilinear", antialias=True, align_corners=False)
    return flat.reshape(*x.shape[:-2], *sizes)


def _along(x: Tensor, axis: int, size: int) -> Tensor:
    if x.shape[axis] == size:
        return x
    lines = x.movedim(axis, -1)
    flat = lines.reshape(1, 1, -1, lines.shape[-1])
    flat = F.interpolate(flat, size=(flat.shape[-2], size), mode="bilinear", antialias=True, align_corners=False)
    return flat.reshape(*lines.shape[:-1], size).movedim(-1, axis)


def _cut_along(pixels: Pixels, axis: int, size: int) -> Pixels:
    have = pixels.shape[axis]
    if have >= size:
        start = (have - size) // 2
        return pixels.take(range(start, start + size), axis) if have > size else pixels
    before = (size - have) // 2
    pads = [(0, 0)] * pixels.ndim
    pads[axis] = (before, size - have - before)
    return np.pad(pixels, pads)
