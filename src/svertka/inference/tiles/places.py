"""Images in memory, read and written window by window."""

from typing import Any

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.windows import Window, spelled


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

    def done(self, window: Window) -> bool:
        return spelled(window) in self.finished

    def mark(self, window: Window) -> None:
        self.finished.add(spelled(window))
