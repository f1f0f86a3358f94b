"""Maps of all patches of an image at once, in fragments.

Where a layer of stride 2 passes over one patch it takes every second place; patches that begin one sample further on
need the places between. So it passes over the image once for each of its offsets, and the maps it gives, fragments,
stand beside each other as if they were images of a batch: what follows is plain convolution, without dilation, and
nothing is computed twice. Giusti et al., arXiv:1302.1700 (max-pooling fragments); a dilated network (Li et al.,
arXiv:1412.4526) has the same numbers in another order.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from svertka.geometry import Window


@dataclass(frozen=True)
class Stage:
    """What a map of all patches holds.

    In a patch, its features have `sizes`. Along each axis there are `steps` fragments: the one of number `r` has the
    features of the patches that begin at the samples `r`, `r + steps`, and so on, and its neighbours lie `steps`
    samples of the image apart. With `flat` the network takes the features of a patch, place by place, for one vector.
    """

    sizes: tuple[int, ...]
    steps: tuple[int, ...]
    flat: bool = False

    @property
    def single(self) -> bool:
        """Whether features have but one place in a patch."""
        return all(size == 1 for size in self.sizes)

    def slid(self, windows: Sequence[Window]) -> "Stage":
        """The stage behind windows without padding.

        Raises:
            ShapeError: a window does not fit into the features.
        """
        sizes = tuple(window.out(size) for window, size in zip(windows, self.sizes, strict=True))
        steps = tuple(step * window.stride for window, step in zip(windows, self.steps, strict=True))
        return replace(self, sizes=sizes, steps=steps)


class Fragments(nn.Module):
    """Windows that take every offset below their stride in turn.

    From fragments `(steps × batch, channels, *lengths)`, where those of the first axis count slowest, to `stride` times
    as many along each axis, which are as many times shorter. Lengths are what patches at a whole number of strides
    need, `places + size - 1`.

    Args:
        windows: one for each axis, without padding.
        before: the stage of what it gets.
    """

    def __init__(self, windows: Sequence[Window], before: Stage) -> None:
        super().__init__()
        self.windows = tuple(windows)
        self.before = before
        self.after = before.slid(windows)

    def lengths(self, sizes: Sequence[int]) -> list[int]:
        """How long each new fragment is."""
        axes = zip(sizes, self.before.sizes, self.after.sizes, self.windows, strict=True)
        return [(size - before + 1) // window.stride + after - 1 for size, before, after, window in axes]

    def offsets(self) -> Iterator[tuple[int, ...]]:
        """Every offset along all axes."""
        return product(*[range(window.stride) for window in self.windows])

    def room(self, like: Tensor, channels: int) -> Tensor:
        """Where the new fragments will lie, in the memory layout of the old ones."""
        shape = (len(like) * prod(window.stride for window in self.windows), channels, *self.lengths(like.shape[2:]))
        last = like.dim() == 4 and like.is_contiguous(memory_format=torch.channels_last)
        layout = torch.channels_last if last else torch.contiguous_format
        return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=layout)

    def part(self, found: Tensor, offsets: Sequence[int]) -> Tensor:
        """The new fragments of these offsets `(*steps, batch, channels, *lengths)`, a view."""
        parts = [part for window, step in zip(self.windows, self.before.steps, strict=True)
                 for part in (window.stride, step)]  # fmt: skip
        place: tuple[Any, ...] = tuple(cut for offset in offsets for cut in (offset, slice(None)))
        return _parted(found, parts)[place]

    def split(self, x: Tensor) -> Tensor:
        """Old fragments `(*steps, batch, channels, *lengths)`, a view."""
        return _parted(x, self.before.steps)


class Sliding(Fragments):
    """A layer with strides, as it is, at every offset."""

    def __init__(self, layer: nn.Module, windows: Sequence[Window], before: Stage) -> None:
        super().__init__(windows, before)
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        lengths = self.lengths(x.shape[2:])
        found: Tensor | None = None
        for offsets in self.offsets():
            one = self.layer(taken(x, self._cuts(offsets, lengths)))
            found = self.room(x, one.shape[1]) if found is None else found
            self.part(found, offsets).copy_(self.split(one))
        assert found is not None
        return found

    def _cuts(self, offsets: Sequence[int], lengths: Sequence[int]) -> list[slice]:
        axes = zip(offsets, lengths, self.windows, strict=True)
        return [slice(offset, offset + (length - 1) * window.stride + window.span) for offset, length, window in axes]


class Pooling(Fragments):
    """A maximum or mean at every offset, axis by axis: that is far faster than torch's own pooling, which takes every
    place of a window at once and keeps where each maximum was.

    Args:
        windows: one for each axis, without padding.
        before: the stage of what it gets.
        joining: `torch.maximum` or `torch.add`, which also writes to an `out`.
        divisor: of the sum.
    """

    def __init__(
        self, windows: Sequence[Window], before: Stage, joining: Callable[..., Tensor], divisor: float = 1
    ) -> None:
        super().__init__(windows, before)
        self.joining, self.divisor = joining, divisor

    def forward(self, x: Tensor) -> Tensor:
        found, lengths = self.room(x, x.shape[1]), self.lengths(x.shape[2:])
        self._along(self.split(x), (), lengths, found)
        return found if self.divisor == 1 else found.div_(self.divisor)

    def _along(self, x: Tensor, offsets: tuple[int, ...], lengths: Sequence[int], found: Tensor) -> None:
        """Pool along the axis after those whose offsets are chosen; the last one writes to its place."""
        axis = len(offsets)
        last = axis + 1 == len(self.windows)
        for offset in range(self.windows[axis].stride):
            place = self.part(found, (*offsets, offset)) if last else None
            one = self._pooled(x, axis, offset, lengths[axis], place)
            if not last:
                self._along(one, (*offsets, offset), lengths, found)

    def _pooled(self, x: Tensor, axis: int, offset: int, length: int, place: Tensor | None) -> Tensor:
        window, rest = self.windows[axis], [slice(None)] * (len(self.windows) - axis - 1)
        reach = (length - 1) * window.stride + 1
        starts = range(offset, offset + window.span, window.dilation)
        taps = [taken(x, [slice(start, start + reach, window.stride), *rest]) for start in starts]
        if len(taps) == 1:
            return taps[0] if place is None else place.copy_(taps[0])
        one = self.joining(taps[0], taps[1], out=place)
        for tap in taps[2:]:
            self.joining(one, tap, out=one)
        return one


def joined(x: Tensor, steps: Sequence[int]) -> Tensor:
    """Fragments `(steps × batch, channels, *lengths)` as maps `(batch, channels, *sizes)`, place by place.

    >>> joined(torch.tensor([[[0, 2]], [[1, 3]]]), [2])
    tensor([[[0, 1, 2, 3]]])
    """
    rank = len(steps)
    parts = _parted(x, steps)
    axes = [axis for place in range(rank) for axis in (rank + 2 + place, place)]
    sizes = [length * step for length, step in zip(x.shape[2:], steps, strict=True)]
    return parts.permute(rank, rank + 1, *axes).reshape(-1, x.shape[1], *sizes)


def taken(x: Tensor, cuts: Sequence[slice]) -> Tensor:
    """A part along the last axes."""
    place: tuple[Any, ...] = (..., *cuts)
    return x[place]


def _parted(x: Tensor, parts: Sequence[int]) -> Tensor:
    """The batch taken apart into its parts and what is left."""
    return x.view(*parts, len(x) // prod(parts), *x.shape[1:])
