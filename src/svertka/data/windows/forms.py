"""Windows of an image, and how they are asked for and handed in."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from svertka.data.rasters import Colour, Pixels
from svertka.data.strips.forms import Form
from svertka.errors import ShapeError
from svertka.geometry import times

Window = tuple[slice, ...]
"""A box of an image: begin and end along each axis of space."""


@runtime_checkable
class Readable(Protocol):
    """An image `(channels, *sizes)` that can be read window by window, by several threads at once."""

    @property
    def channels(self) -> int: ...
    @property
    def sizes(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    def read(self, window: Window) -> Pixels:
        """Pixels `(channels, *window)`, in this machine's byte order."""


class Source(Readable, Protocol):
    """One in a file, closed at the end of a `with`; `form` has what else goes along with it."""

    path: Path

    @property
    def form(self) -> Form: ...
    @property
    def colour(self) -> Colour: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...


@runtime_checkable
class Writable(Protocol):
    """An image that can be written window by window, in any order, by several threads."""

    @property
    def dtype(self) -> np.dtype[Any]: ...
    def write(self, window: Window, values: Pixels) -> None:
        """Put values `(channels, *window)` into their place."""

    def done(self, window: Window) -> bool:
        """Whether this window was marked, now or before the job was killed."""

    def mark(self, window: Window) -> None:
        """Say that all of a window is written; it is brought to the disk first."""


class Sink(Writable, Protocol):
    """One in a file, written by several processes too.

    What is marked as finished is kept beside the file, so that a job that was killed goes on where it stopped.
    """

    path: Path

    @property
    def form(self) -> Form: ...
    def close(self) -> None:
        """Put the file into its place if all of it is marked; else leave what there is, to go on later."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...


class Reader(Protocol):
    """What one format does; its windows are inside the image.

    A window that cannot be read is tried again by blocks, the boxes in which the file stores its pixels.
    """

    @property
    def form(self) -> Form: ...
    @property
    def block(self) -> tuple[int, ...]: ...
    def read(self, window: Window) -> Pixels: ...
    def close(self) -> None: ...


class Writer(Protocol):
    """What one format does; its windows are inside the image, and values have its type."""

    def write(self, window: Window, values: Pixels) -> None: ...
    def settle(self, window: Window) -> None:
        """Bring what was written there to the disk."""

    def close(self) -> None: ...


def placed(window: Window, sizes: Sequence[int]) -> Window:
    """The same window, with begins and ends that were left out.

    >>> placed((slice(None), slice(3, 5)), (4, 6))
    (slice(0, 4, None), slice(3, 5, None))

    Raises:
        ShapeError: it does not lie in an image of these sizes, or holds nothing.
    """
    full = tuple(
        slice(part.start or 0, size if part.stop is None else part.stop, part.step)
        for part, size in zip(window, sizes, strict=False)
    )
    inside = all(0 <= part.start < part.stop <= size for part, size in zip(full, sizes, strict=False))
    if len(window) != len(sizes) or not inside or any(part.step not in (None, 1) for part in full):
        raise ShapeError(f"there is no window {spelled(window)} in an image of {times(sizes)}")
    return tuple(slice(int(part.start), int(part.stop)) for part in full)


def spelled(window: Window) -> str:
    """A window in words: `[0:512, 512:1024]`."""
    sides = (f"{'' if part.start is None else part.start}:{'' if part.stop is None else part.stop}" for part in window)
    return f"[{', '.join(sides)}]"


def lengths(window: Window) -> tuple[int, ...]:
    """The sizes of a window."""
    return tuple(part.stop - part.start for part in window)


def pieces(window: Window, block: Sequence[int]) -> Iterator[Window]:
    """The parts of a window that lie in one block each, in order.

    >>> [spelled(piece) for piece in pieces((slice(3, 9),), (4,))]
    ['[3:4]', '[4:8]', '[8:9]']
    """
    cuts = []
    for part, size in zip(window, block, strict=True):
        edges = [part.start, *range((part.start // size + 1) * size, part.stop, size), part.stop]
        cuts.append([slice(low, high) for low, high in pairwise(edges)])
    yield from product(*cuts)


def inside(piece: Window, window: Window) -> Window:
    """A part of a window, counted from the window's begin."""
    return tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(piece, window, strict=True))
