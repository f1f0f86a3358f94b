"""How a kernel slides over an image: what every way of computing a convolution is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor

from svertka.geometry import Margin, Window
from svertka.ops.exactness import Plan


@dataclass(frozen=True)
class Sliding:
    """Its windows, what lies beyond the border, how channels are shared out, and in which types it is computed."""

    windows: tuple[Window, ...]
    border: str
    groups: int
    plan: Plan

    @property
    def margins(self) -> list[Margin]:
        """What is added before and after each axis."""
        return [window.margin for window in self.windows]

    def out(self, sizes: Sequence[int]) -> list[int]:
        """How many places there are along each axis.

        Raises:
            ShapeError: the kernel is larger than the padded image.
        """
        return [window.out(size) for window, size in zip(self.windows, sizes, strict=True)]


Method: TypeAlias = Callable[[Tensor, Tensor, Sliding], Tensor]
"""From `(batch, channels, *sizes)` and `(outputs, channels / groups, *lengths)` to `(batch, outputs, *places)`."""


def dilated(kernel: Tensor, windows: Sequence[Window]) -> Tensor:
    """A kernel with zeros between its values, where they do not lie side by side."""
    if all(window.dilation == 1 for window in windows):
        return kernel
    spread = kernel.new_zeros(*kernel.shape[: -len(windows)], *[window.span for window in windows])
    places: Any = (..., *[slice(None, None, window.dilation) for window in windows])
    spread[places] = kernel
    return spread
