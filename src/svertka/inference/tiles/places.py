"""Where images come from and go to, window by window: what is asked of them, and those that NumPy has at hand."""

from typing import Any, Protocol, runtime_checkable

import numpy as np

from svertka.data.rasters import Pixels
from svertka.inference.tiles.boxes import Window


@runtime_checkable
class Source(Protocol):
    """An image `(channels, *sizes)` that is read in windows, one slice for each of its sizes."""

    @property
    def channels(self) -> int: ...

    @property
    def sizes(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def read(self, window: Window) -> Pixels:
        """Pixels `(channels, *window)`."""


@runtime_checkable
class Sink(Protocol):
    """An image that is written in windows, `(channels, *window)`, and remembers which are finished."""

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def write(self, window: Window, values: Pixels) -> None: ...

    def done(self, window: Window) -> bool:
        """Whether this window was written, in this process or in one before."""


class ArraySource:
    """An array `(channels, *sizes)`, in memory or mapped into it."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.channels, self.sizes, self.dtype = pixels.shape[0], tuple(pixels.shape[1:]), pixels.dtype

    def read(self, window: Window) -> Pixels:
        return np.array(self.pixels[(slice(None), *window)])


class ArraySink:
    """An array in memory."""

    def __init__(self, channels: int, sizes: tuple[int, ...], dtype: Any = np.float32) -> None:
        self.pixels = np.zeros((channels, *sizes), dtype)
        self.dtype = self.pixels.dtype
        self.finished: set[str] = set()

    def write(self, window: Window, values: Pixels) -> None:
        self.pixels[(slice(None), *window)] = values
        self.finished.add(written(window))

    def done(self, window: Window) -> bool:
        return written(window) in self.finished


def written(window: Window) -> str:
    """A window as one word: `0:512,512:1024`."""
    return ",".join(f"{cut.start}:{cut.stop}" for cut in window)
