"""Sums over boxes of a file, window by window: what a network does, in the plainest form."""

import os
import signal
import time

import numpy as np

from svertka.data.windows import opened
from svertka.errors import DataError


def box(path, radius, window, pause=0.0):
    """Sums over `(2 radius + 1)²` pixels, zeros beyond the border, `(1, *window)`; reads what lies around."""
    time.sleep(pause)
    with opened(path) as source:
        around = [
            (max(0, part.start - radius), min(size, part.stop + radius))
            for part, size in zip(window, source.sizes, strict=True)
        ]
        pixels = source.read(tuple(slice(*ends) for ends in around))[0].astype(np.int64)
    lack = [
        (radius - (part.start - low), radius - (high - part.stop))
        for part, (low, high) in zip(window, around, strict=True)
    ]
    views = np.lib.stride_tricks.sliding_window_view(np.pad(pixels, lack), (2 * radius + 1,) * 2)
    return views.sum((-1, -2)).astype(np.int32)[None]


def deadly(window):
    """A window that takes its process with it."""
    os.kill(os.getpid(), signal.SIGKILL)


def broken(window):
    raise DataError("x.tif, block [0:32, 0:32] cannot be read as TIFF: bad data")


def wrong(window):
    raise ZeroDivisionError("a mistake of the caller's")


def absent(window):
    raise ModuleNotFoundError("No module named 'svertka'")
