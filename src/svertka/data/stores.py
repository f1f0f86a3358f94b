"""Ready pixels, in memory or decoded as they are wanted."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from os import cpu_count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from svertka.data.moments import Moments
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.data.samples import Chosen, Indices, Samples
from svertka.data.spheres.turning import own_turn
from svertka.errors import DataError

BLOCK = 256  # images at a time, or as many as
MEMORY = 2**28  # so many bytes can hold
GIB = 2**30

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Let progress pass."""


class Store(Protocol):
    """A place to take ready pixels from, `(samples, channels, *sizes)`."""

    def take(self, indices: Indices) -> Pixels:
        """The pixels of these samples, in this order."""

    def chosen(self, indices: Indices) -> "Store":
        """Some of the samples as a store of their own."""


@dataclass(frozen=True)
class Resident:
    """All pixels in memory."""

    pixels: Pixels

    def take(self, indices: Indices) -> Pixels:
        return np.asarray(self.pixels[indices])

    def chosen(self, indices: Indices) -> "Resident":
        return Resident(self.pixels[indices])


@dataclass(frozen=True)
class OnDemand:
    """Every image read and made ready when it is wanted, by several threads.

    With `turned_by`, a seed, each is turned on its sphere by a rotation of its own, always the same.
    """

    samples: Samples
    preprocess: Preprocess
    colour: str = "auto"
    turned_by: int | None = None
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(cpu_count() or 1), repr=False)

    def take(self, indices: Indices) -> Pixels:
        block = self.samples.block(indices)
        if block is not None and self.preprocess.takes(block):
            return self.preprocess.sized(block, self._turns(indices))
        return np.stack(list(self.pool.map(self.one, indices)))

    def chosen(self, indices: Indices) -> "OnDemand":
        return replace(self, samples=Chosen(self.samples, indices))

    def one(self, index: int) -> Pixels:
        """The ready pixels of one image.

        Raises:
            DataError: it is broken, or of another kind; the message names it.
        """
        raster = self.samples.read(int(index))
        turns = self._turns([int(index)])
        try:
            return self.preprocess.ready(raster, colour=self.colour, turn=None if turns is None else turns[0])
        except DataError as error:
            raise DataError(f"{self.samples.place(int(index))}: {error}") from error

    def _turns(self, indices: Iterable[int]) -> NDArray[np.float64] | None:
        if self.turned_by is None:
            return None
        return np.stack([own_turn(self.turned_by, self.samples.key(int(index))) for index in indices])


@dataclass(frozen=True)
class Decoded:
    """What reading every image once has shown.

    `moments` are those of the training part, in the pixels' own units; `faults` are the messages of the images that
    could not be read, by their places.
    """

    store: Store
    moments: Moments
    digests: list[str]
    faults: dict[int, str]


def decode(
    source: OnDemand, *, training: NDArray[np.bool_], cache: float, skip_bad: bool, progress: Progress
) -> Decoded:
    """Read every image once: see that all can be, measure the training part, and keep what fits into `cache` GiB.

    Raises:
        DataError: an image cannot be read, and `skip_bad` is false; the message names it.
    """
    count = len(source.samples)
    preprocess = source.preprocess
    moments = Moments(preprocess.channels, source.samples.peek(0).repeats)
    digests: list[str] = []
    faults: dict[int, str] = {}
    kept = Kept(count, cache)
    for indices in blocks(count, preprocess):
        pixels = readable(source, indices, faults) if skip_bad else source.take(indices)
        good = np.array([int(index) not in faults for index in indices])
        moments.add(pixels[good & training[indices]])
        digests += [digest(image) for image in pixels]
        kept.add(indices, pixels)
        progress(int(indices[-1]) + 1, count)
    return Decoded(kept.store() or source, moments, digests, faults)


class Kept:
    """Pixels gathered in memory, as long as all of them will fit."""

    def __init__(self, count: int, limit: float) -> None:
        self.count = count
        self.limit = limit * GIB
        self.pixels: Pixels | None = None

    def add(self, indices: Indices, pixels: Pixels) -> None:
        """Take in a block."""
        if pixels[0].nbytes * self.count > self.limit:
            return
        if self.pixels is None:
            self.pixels = np.empty((self.count, *pixels.shape[1:]), pixels.dtype)
        self.pixels[indices] = pixels

    def store(self) -> Store | None:
        """All of them, or nothing where they did not fit."""
        return None if self.pixels is None else Resident(self.pixels)


def digest(pixels: Pixels) -> str:
    """Sixteen letters that tell one ready image from another."""
    return blake2b(pixels.tobytes(), digest_size=8).hexdigest()


def blocks(count: int, preprocess: Preprocess) -> Iterator[Indices]:
    """All places from 0, some hundred at a time, or fewer where images are large."""
    size = min(BLOCK, max(1, MEMORY // preprocess.blank().nbytes))
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))


def readable(source: OnDemand, indices: Indices, faults: dict[int, str]) -> Pixels:
    """The pixels of a block, with zeros for images that cannot be read; these are noted."""

    def attempt(index: int) -> Pixels:
        try:
            return source.one(index)
        except DataError as error:
            faults[int(index)] = str(error)
            return source.preprocess.blank()

    return np.stack(list(source.pool.map(attempt, indices)))
