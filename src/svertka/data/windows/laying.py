"""Laying windows of an array into a file where they belong, in any order, by several threads or processes.

Numbers are written, not mapped: where a disk is full a map would end the process, and a write says so.
"""

import os
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from svertka.data.rasters import Pixels


class Laid:
    """An array in a file, row after row, whose numbers begin at `offset`, or several of one shape."""

    def __init__(self, path: Path, offset: int, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
        self.file = path.open("r+b", buffering=0)
        self.offset, self.shape, self.dtype = offset, tuple(shape), dtype
        self.lock = Lock()

    def put(self, place: tuple[slice, ...], values: Pixels, *, further: int = 0) -> None:
        """Lay values at their place, in the array that begins so many bytes further."""
        values = np.ascontiguousarray(values, self.dtype)
        steps = np.cumprod([1, *self.shape[:0:-1]])[::-1] * self.dtype.itemsize
        run = self._run(place)
        lead = [range(part.start, part.stop) for part in place[:run]]
        begin = self.offset + further + place[run].start * int(steps[run])
        parts = values.reshape(-1, *values.shape[run:])
        with self.lock:
            for where, part in zip(product(*lead), parts, strict=True):
                self.file.seek(begin + sum(number * int(step) for number, step in zip(where, steps, strict=False)))
                _write(self.file, memoryview(part.reshape(-1).view(np.uint8)))

    def settle(self) -> None:
        """Bring what was written to the disk."""
        os.fsync(self.file.fileno())

    def close(self) -> None:
        self.file.close()

    def _run(self, place: tuple[slice, ...]) -> int:
        """From which axis on values lie in the file one after another."""
        axis = len(place) - 1
        while axis > 0 and place[axis].stop - place[axis].start == self.shape[axis]:
            axis -= 1
        return axis


def extended(path: Path, size: int) -> None:
    """Make a file as long as it will be; what is not written yet is zeros, and takes no room where the system can."""
    with path.open("r+b") as file:
        file.truncate(size)


def _write(file: Any, data: memoryview) -> None:
    """All of it; one write may take less, where the disk is about to be full."""
    while data:
        data = data[file.write(data) :]
