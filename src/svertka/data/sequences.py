"""Sequences of frames, as samples to forecast from: earlier frames behind one another, and the one that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from svertka.data.rasters import Header, Pixels, Raster
from svertka.data.samples import Arrays, Indices
from svertka.errors import SettingError

Lags = tuple[tuple[int, ...], ...]


def lags_of(text: str) -> Lags:
    """How many frames back to look, group by group.

    >>> lags_of("1-3/24/168")
    ((1, 2, 3), (24,), (168,))

    Raises:
        SettingError: a text that is no such list.
    """
    try:
        groups = [[_range(piece) for piece in group.split(",")] for group in text.split("/")]
        found = tuple(tuple(chain.from_iterable(group)) for group in groups)
    except ValueError:
        found = ()
    if not found or not all(found) or min(chain.from_iterable(found)) < 1:
        raise SettingError(f"setting lags should be numbers of frames back, as 1-3/24/168, not {text!r}")
    return found


def _range(piece: str) -> range:
    first, dash, last = piece.partition("-")
    return range(int(first), int(last if dash else first) + 1)


@dataclass(frozen=True)
class Sequences:
    """Frames in order of time, one array for each stretch without gaps; lags never reach across a gap."""

    stretches: Sequence[Arrays]
    lags: Lags

    @property
    def back(self) -> list[int]:
        """All lags behind one another."""
        return list(chain.from_iterable(self.lags))

    @property
    def reach(self) -> int:
        """How many frames must come before the first that can be forecast."""
        return max(self.back)

    def __len__(self) -> int:
        return sum(max(len(stretch) - self.reach, 0) for stretch in self.stretches)

    def find(self, index: int) -> tuple[int, int]:
        """The stretch of a sample, and the place in it of the frame to be forecast."""
        for number, stretch in enumerate(self.stretches):
            count = max(len(stretch) - self.reach, 0)
            if index < count:
                return number, index + self.reach
            index -= count
        raise IndexError(index)

    def frame(self, stretch: int, place: int) -> Pixels:
        """One frame, `(channels, *sizes)`."""
        return self.stretches[stretch].read(place).pixels

    def following(self, index: int) -> Pixels:
        """The frame that a sample is to forecast."""
        return self.frame(*self.find(index))

    def key(self, index: int) -> str:
        stretch, place = self.find(index)
        return self.stretches[stretch].key(place)

    place = key

    def peek(self, index: int) -> Header:
        stretch, _ = self.find(index)
        header = self.stretches[stretch].peek(0)
        return Header(header.channels * len(self.back), header.sizes, header.dtype, "channels")

    def read(self, index: int) -> Raster:
        return Raster(self.before(*self.find(index)), "channels")

    def before(self, stretch: int, place: int) -> Pixels:
        """The frames from which the one at this place is forecast, `(lags x channels, *sizes)`."""
        return np.concatenate([self.frame(stretch, place - lag) for lag in self.back])

    def block(self, indices: Indices) -> Pixels | None:
        return np.stack([self.read(int(index)).pixels for index in indices])
