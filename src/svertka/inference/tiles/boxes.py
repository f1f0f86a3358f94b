"""Boxes of places: where a tile begins and ends along each axis, as whole numbers, the end not included."""

from collections.abc import Iterable, Sequence
from itertools import product
from math import ceil, prod

from svertka.data.windows import Window

Span = tuple[int, int]
Box = tuple[Span, ...]


def whole(sizes: Iterable[int]) -> Box:
    """All places."""
    return tuple((0, size) for size in sizes)


def slices(box: Box, origin: Sequence[int] | None = None) -> Window:
    """The same as slices, counted from `origin`, by default from the first place."""
    starts = origin or (0,) * len(box)
    return tuple(slice(low - start, high - start) for (low, high), start in zip(box, starts, strict=True))


def lengths(box: Box) -> tuple[int, ...]:
    """How many places along each axis."""
    return tuple(high - low for low, high in box)


def volume(box: Box) -> int:
    """How many places in all."""
    return prod(lengths(box))


def holds(outer: Box, inner: Box) -> bool:
    """Whether every place of one lies in the other."""
    return all(a <= low and high <= b for (a, b), (low, high) in zip(outer, inner, strict=True))


def hull(one: Box, two: Box) -> Box:
    """The smallest box around both."""
    return tuple((min(a, low), max(b, high)) for (a, b), (low, high) in zip(one, two, strict=True))


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Fewer boxes that hold the same: two become one wherever that has no more places than they have.

    >>> merged([((0, 4),), ((2, 6),), ((90, 95),)])
    [((0, 6),), ((90, 95),)]
    """
    found: list[Box] = []
    for box in boxes:
        while (other := next((each for each in found if _worth(each, box)), None)) is not None:
            found.remove(other)
            box = hull(other, box)
        found.append(box)
    return sorted(found)


def _worth(one: Box, two: Box) -> bool:
    return volume(hull(one, two)) <= volume(one) + volume(two)


def tiles(sizes: Sequence[int], sides: Sequence[int]) -> list[Box]:
    """Boxes of these sides, in order, that cover everything once; the last along each axis may be shorter."""
    return tiles_of(whole(sizes), sides)


def tiles_of(box: Box, sides: Sequence[int]) -> list[Box]:
    """The same over a box."""
    lines = [
        [(start, min(start + side, high)) for start in range(low, high, side)]
        for (low, high), side in zip(box, sides, strict=True)
    ]
    return list(product(*lines))


def halves(box: Box) -> list[Box]:
    """A box halved along every axis that has more than one place.

    >>> halves(((0, 5), (7, 8)))
    [((0, 3), (7, 8)), ((3, 5), (7, 8))]
    """
    return tiles_of(box, [-(-(high - low) // 2) for low, high in box])


def even(size: int, longest: int, step: int) -> int:
    """The side of the fewest tiles along an axis, all about as long: a multiple of `step`, `longest` at most.

    >>> even(1000, 400, 32), even(1000, 2000, 32)
    (352, 1024)
    """
    count = ceil(size / max(step, longest // step * step))
    return ceil(ceil(size / count) / step) * step
