"""Convolution as a sum of products, by torch where torch has it and tap by tap where it has not."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.geometry import Window

CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def direct(x: Tensor, kernel: Tensor, windows: Sequence[Window], groups: int) -> Tensor:
    """`y[b, o, n] = Σ x[b, c, S n + D k] w[o, c, k]`, with what is added at the border in `x` already."""
    if len(windows) not in CONVOLUTIONS or not x.is_floating_point():
        return by_taps(x, kernel, windows, groups)
    return CONVOLUTIONS[len(windows)](
        x,
        kernel,
        stride=tuple(window.stride for window in windows),
        dilation=tuple(window.dilation for window in windows),
        groups=groups,
    )


def by_taps(x: Tensor, kernel: Tensor, windows: Sequence[Window], groups: int) -> Tensor:
    """The same at any rank and in any type: each place of the kernel adds the image, shifted and weighed."""
    sizes = [window.out(size) for window, size in zip(windows, x.shape[2:], strict=True)]
    grouped = x.reshape(len(x), groups, -1, *x.shape[2:])
    weight = kernel.reshape(groups, -1, *kernel.shape[1:])
    y = x.new_zeros(x.shape[0], groups, weight.shape[1], *sizes)
    for tap in product(*map(range, kernel.shape[2:])):
        seen: Any = (..., *map(_seen, tap, windows, sizes))
        values: Any = (..., *tap)
        y += torch.einsum("bgc...,goc->bgo...", grouped[seen], weight[values])
    return y.flatten(1, 2)


def _seen(tap: int, window: Window, size: int) -> slice:
    """The samples that one place of the kernel meets."""
    first = tap * window.dilation
    return slice(first, first + window.stride * (size - 1) + 1, window.stride)
