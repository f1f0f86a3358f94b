"""Turning images by right angles and mirroring them, and turning maps of what is in them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

LETTERS = "zyx"


@dataclass(frozen=True)
class Turn:
    """One of the `2^n n!` ways to lay a box upon its axes: axes take each other's places, then some are reversed.

    `axes[i]` is the axis that comes to the place `i`, and `reversed` the places that are read backwards.
    """

    axes: tuple[int, ...]
    reversed: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """In words; the last axis is x, the one before it y, then z."""
        letters = LETTERS[-len(self.axes) :]
        order = "".join(letters[axis] for axis in self.axes)
        words = [f"axes {order}"] if order != letters else []
        backwards = " and ".join(letters[place] for place in self.reversed)
        return ", ".join([*words, f"mirrored along {backwards}"] if backwards else words) or "as it is"

    def sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Those of the turned box."""
        return tuple(sizes[axis] for axis in self.axes)

    def of(self, images: NDArray[Any]) -> NDArray[Any]:
        """Images `(batch, channels, *sizes)`, turned."""
        turned = images.transpose(0, 1, *(axis + 2 for axis in self.axes))
        return np.ascontiguousarray(np.flip(turned, tuple(place + 2 for place in self.reversed)))

    def back(self, maps: NDArray[Any]) -> NDArray[Any]:
        """Maps `(batch, any, *sizes)` of turned images, as those of the images before: the inverse of `of`."""
        straight = np.flip(maps, tuple(place + 2 for place in self.reversed))
        return np.ascontiguousarray(
            straight.transpose(0, 1, *(self.axes.index(axis) + 2 for axis in sorted(self.axes)))
        )


def still(rank: int) -> Turn:
    """No turn at all."""
    return Turn(tuple(range(rank)))


def mirror(rank: int) -> list[Turn]:
    """The box as it is, and reversed along its last axis."""
    return [still(rank), Turn(tuple(range(rank)), (rank - 1,))]


def flips(rank: int) -> list[Turn]:
    """All `2^n` reversals of axes, none of them first."""
    return [Turn(tuple(range(rank)), places) for places in _subsets(rank)]


def dihedral(rank: int) -> list[Turn]:
    """All symmetries of the cube: 2 of a line, 8 of a square, 48 of a cube; none first."""
    return [Turn(axes, places) for axes in permutations(range(rank)) for places in _subsets(rank)]


def _subsets(rank: int) -> list[tuple[int, ...]]:
    return [
        tuple(place for place in range(rank) if chosen[place]) for chosen in product((False, True), repeat=rank)
    ]  # fmt: skip
