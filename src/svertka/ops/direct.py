"""Convolution as a sum of products, by torch where torch has it and tap by tap where it has not."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from svertka.geometry import Window
from svertka.ops.exactness import finished
from svertka.ops.padding import padded
from svertka.ops.sliding import Sliding

CONVOLUTIONS: dict[int, Callable[..., Tensor]] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def direct(x: Tensor, kernel: Tensor, how: Sliding) -> Tensor:
    """`y[b, o, n] = Σ x[b, c, S n + D k - P] w[o, c, k]`: the definition that all other ways agree with."""
    x = padded(x.to(how.plan.inner), how.margins, how.border)
    return finished(summed(x, kernel.to(how.plan.inner), how.windows, how.groups), how.plan)


def summed(x: Tensor, kernel: Tensor, windows: Sequence[Window], groups: int) -> Tensor:
    """The sums, with what is added at the border in `x` already."""
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
    sizes = [Window(w.kernel, w.stride, 0, w.dilation).out(size) for w, size in zip(windows, x.shape[2:], strict=True)]
    grouped = x.reshape(len(x), groups, -1, 1, *x.shape[2:])
    weight = kernel.reshape(groups, -1, *kernel.shape[1:]).transpose(1, 2)
    y = x.new_zeros(len(x), groups, weight.shape[2], *sizes)
    for tap in product(*map(range, kernel.shape[2:])):
        seen: Any = (..., *map(_seen, tap, windows, sizes))
        values: Any = (..., *tap)
        factor = weight[values].reshape(1, *weight.shape[:3], *[1] * len(sizes))
        y += (grouped[seen] * factor).sum(dim=2)
    return y.flatten(1, 2)


def _seen(tap: int, window: Window, size: int) -> slice:
    """The samples that one place of the kernel meets."""
    first = tap * window.dilation
    return slice(first, first + window.stride * (size - 1) + 1, window.stride)
