"""Padding on windows: beyond the true border lies a constant, or a mirrored, the nearest or the opposite sample."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.boxes import Box, Span
from svertka.inference.tiles.calls import Call, Local, Ref, Take, Untileable
from svertka.inference.tiles.fitting import fitted, inside

Piece = tuple[Span, bool]


@dataclass(frozen=True)
class Constant(Local):
    """Padding with a constant; `before` is what is added ahead of each axis, negative where it is cut."""

    image: Ref
    before: tuple[int, ...]
    channels: list[int]
    value: float

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._inside(box)

    def run(self, box: Box, take: Take) -> Tensor:
        x = fitted(take(self.image, self._inside(box)), self._inside(box), self._reach(box), self.value)
        return F.pad(x, [*[0] * (2 * len(box)), *self.channels], value=self.value) if any(self.channels) else x

    def _reach(self, box: Box) -> Box:
        return tuple((low - count, high - count) for (low, high), count in zip(box, self.before, strict=True))

    def _inside(self, box: Box) -> Box:
        sizes = self.call.source.sizes
        return tuple(inside(span, size) for span, size in zip(self._reach(box), sizes, strict=True))


@dataclass(frozen=True)
class Folded(Local):
    """Padding with the image's own samples: each axis is taken in up to three stretches, mirrored ones backwards."""

    image: Ref
    before: tuple[int, ...]
    mode: str

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        for pieces in product(*self._pieces(box)):
            yield self.image, tuple(span for span, _ in pieces)

    def run(self, box: Box, take: Take) -> Tensor:
        return self._joined(self._pieces(box), (), take)

    def _joined(self, left: Sequence[Sequence[Piece]], chosen: tuple[Piece, ...], take: Take) -> Tensor:
        """The pieces along the axes that are left, each joined of those along the next."""
        if not left:
            x: Tensor = take(self.image, tuple(span for span, _ in chosen))
            back = [axis for axis, (_, turned) in zip(self.axes, chosen, strict=True) if turned]
            return x.flip(back) if back else x
        parts = [self._joined(left[1:], (*chosen, piece), take) for piece in left[0]]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=self.axes[len(chosen)])

    def _pieces(self, box: Box) -> list[list[Piece]]:
        return [
            list(FOLDS[self.mode]((low - count, high - count), size))
            for (low, high), count, size in zip(box, self.before, self.call.source.sizes, strict=True)
        ]


def mirrored(reach: Span, size: int) -> Iterator[Piece]:
    """The stretches of an axis that a reach shows, which is mirrored at its first and last samples.

    >>> list(mirrored((-2, 3), 10)), list(mirrored((8, 12), 10))
    ([((1, 3), True), ((0, 3), False)], [((8, 10), False), ((7, 9), True)])
    """
    low, high = reach
    if low < 0:
        yield (max(1, 1 - high), 1 - low), True
    if low < size and high > 0:
        yield (max(low, 0), min(high, size)), False
    if high > size:
        yield (2 * size - 1 - high, min(2 * size - 1 - low, size - 1)), True


def wrapped(reach: Span, size: int) -> Iterator[Piece]:
    """The same, where behind the last sample comes the first."""
    low, high = reach
    if low < 0:
        yield (low + size, min(high, 0) + size), False
    if low < size and high > 0:
        yield (max(low, 0), min(high, size)), False
    if high > size:
        yield (max(low, size) - size, high - size), False


def nearest(reach: Span, size: int) -> Iterator[Piece]:
    """The same, where the first and the last sample go on."""
    low, high = reach
    yield from [((0, 1), False)] * (min(high, 0) - min(low, 0))
    if low < size and high > 0:
        yield (max(low, 0), min(high, size)), False
    yield from [((size - 1, size), False)] * (max(high, size) - max(low, size))


FOLDS: dict[str, Any] = {"reflect": mirrored, "circular": wrapped, "replicate": nearest}


def padding(call: Call) -> Constant | Folded:
    """The rule for `pad`.

    Raises:
        Untileable: samples are put before the batch.
    """
    given = call.named("input", "pad", "mode", "value")
    image, pads = call.source, list(given["pad"])
    if not image.trailing:
        raise Untileable("it pads images whose axes do not come last")
    rank = len(image.axes)
    pads += [0] * (2 * rank + 4 - len(pads))
    before = tuple(reversed(pads[0 : 2 * rank : 2]))
    channels, batch = pads[2 * rank : 2 * rank + 2], pads[2 * rank + 2 :]
    mode = given.get("mode") or "constant"
    if any(batch) or (any(channels) and mode != "constant"):
        raise Untileable("it pads images or channels")
    if mode == "constant":
        return Constant(call, given["input"], before, channels, given.get("value") or 0.0)
    return Folded(call, given["input"], before, mode)
