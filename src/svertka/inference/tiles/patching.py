"""The map of a patch classifier on windows: a place needs the patch that begins there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from svertka.inference.tiles.boxes import Box
from svertka.inference.tiles.calls import Call, Local, Ref, Take, only_image


@dataclass(frozen=True)
class Mapping(Local):
    """All patches that begin in a box."""

    image: Ref
    dense: Ref
    patch: tuple[int, ...]

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._reach(box)

    def run(self, box: Box, take: Take) -> Tensor:
        made: Any = take(self.dense, None)
        found: Tensor = made(take(self.image, self._reach(box)))
        return found

    def _reach(self, box: Box) -> Box:
        return tuple((low, high + size - 1) for (low, high), size in zip(box, self.patch, strict=True))


def mapping(call: Call) -> Mapping:
    """The rule for `densifying.everywhere`."""
    only_image(call)
    return Mapping(call, *call.args)
