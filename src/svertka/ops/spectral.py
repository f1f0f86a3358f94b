"""Convolution by the Fourier theorem: a product of spectra."""

from collections.abc import Sequence
from math import prod
from typing import Any

import torch
from scipy.fft import next_fast_len
from torch import Tensor

from svertka.geometry import Window


def spectral(x: Tensor, kernel: Tensor, windows: Sequence[Window], groups: int) -> Tensor:
    """`F(x ⋆ w) = F(x) · conj(F(w))`, with what is added at the border in `x` already.

    A circular correlation of the padded image never wraps into the places that are kept, since a kernel that lies
    within the image meets no sample twice.
    """
    axes = tuple(range(-len(windows), 0))
    sizes = [next_fast_len(size, real=True) for size in x.shape[2:]]
    image = torch.fft.rfftn(x, sizes, axes)
    image = image.reshape(len(x), groups, -1, *image.shape[2:])
    weight = torch.fft.rfftn(dilated(kernel, windows), sizes, axes).conj()
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    if image.shape[2] == weight.shape[1] == 1:
        spectrum = image * weight[None, :, 0]
    else:
        spectrum = torch.einsum("bgc...,goc...->bgo...", image, weight)
    y = torch.fft.irfftn(spectrum.flatten(1, 2), sizes, axes)
    kept: Any = (..., *map(_kept, windows, x.shape[2:]))
    found: Tensor = y[kept]
    return found


def dilated(kernel: Tensor, windows: Sequence[Window]) -> Tensor:
    """A kernel with zeros between its values."""
    if all(window.dilation == 1 for window in windows):
        return kernel
    spread = kernel.new_zeros(*kernel.shape[:2], *[window.span for window in windows])
    places: Any = (..., *[slice(None, None, window.dilation) for window in windows])
    spread[places] = kernel
    return spread


def _kept(window: Window, size: int) -> slice:
    return slice(0, size - window.span + 1, window.stride)


def work(shape: Sequence[int], outs: int) -> float:
    """Roughly how many operations the transforms of so many maps take."""
    batch, channels, *sizes = shape
    places: int = prod(next_fast_len(size, real=True) for size in sizes)
    return 2.5 * float(places) * max(1, places.bit_length() - 1) * batch * (channels + outs)
