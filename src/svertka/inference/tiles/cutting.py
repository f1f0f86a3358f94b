"""Crops, steps and choices of channels on windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from torch import Tensor

from svertka.inference.tiles.boxes import Box
from svertka.inference.tiles.calls import Call, Ref, Take, Untileable


@dataclass(frozen=True)
class Cutting:
    """An index made of slices, numbers, and new axes; along the image's axes of slices alone.

    `wanted` is the index, in which the entries for the image's axes are at `at`; `starts` and `steps` are theirs.
    """

    call: Call
    image: Ref
    axes: tuple[int, ...]
    wanted: tuple[Any, ...]
    at: tuple[int, ...]
    starts: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def jump(self) -> tuple[Fraction, ...]:
        return tuple(jump * step for jump, step in zip(self.call.source.jump, self.steps, strict=True))

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._sources(box)

    def run(self, box: Box, take: Take) -> Tensor:
        wanted = list(self.wanted)
        for place, step in zip(self.at, self.steps, strict=True):
            wanted[place] = slice(None, None, step)
        found: Tensor = take(self.image, self._sources(box))[tuple(wanted)]
        return found

    def _sources(self, box: Box) -> Box:
        return tuple(
            (start + low * step, start + (high - 1) * step + 1)
            for (low, high), start, step in zip(box, self.starts, self.steps, strict=True)
        )


def indexing(call: Call) -> Cutting:
    """The rule for `x[...]`.

    Raises:
        Untileable: a place of the image is taken by its number, or places by a tensor.
    """
    image, given = call.args[0], call.args[1]
    return _cut(call, image, given if isinstance(given, tuple) else (given,))


def narrowing(call: Call) -> Cutting:
    """The rule for `narrow`."""
    given = call.named("input", "dim", "start", "length")
    dims = len(call.value(given["input"]).shape)
    wanted: list[Any] = [slice(None)] * dims
    start = given["start"]
    wanted[given["dim"] % dims] = slice(start, start + given["length"] or None)
    return _cut(call, given["input"], tuple(wanted))


def _cut(call: Call, image: Ref, given: tuple[Any, ...]) -> Cutting:
    value = call.value(image)
    if any(isinstance(entry, (Ref, list, bool)) for entry in given):
        raise Untileable("it picks places by a list")
    taken = sum(entry is not None and entry is not Ellipsis for entry in given)
    rest = (slice(None),) * (len(value.shape) - taken)
    place = given.index(Ellipsis) if Ellipsis in given else len(given)
    wanted = (*given[:place], *rest, *given[place + 1 :])
    at: list[int] = []
    axes: list[int] = []
    starts: list[int] = []
    steps: list[int] = []
    dim = out = 0
    for number, entry in enumerate(wanted):
        if entry is not None:
            if dim in value.axes:
                if not isinstance(entry, slice):
                    raise Untileable("it takes a single row or column")
                start, _, step = entry.indices(value.shape[dim])
                at, axes, starts, steps = [*at, number], [*axes, out], [*starts, start], [*steps, step]
            dim += 1
        out += not isinstance(entry, int)
    return Cutting(call, image, tuple(axes), wanted, tuple(at), tuple(starts), tuple(steps))
