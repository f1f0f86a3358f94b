"""Rows of NumPy's .npy, mapped into memory for each reading, so that what was read does not stay there."""

from pathlib import Path

import numpy as np

from svertka.data.axes import arranged, check, guessed
from svertka.data.rasters import Pixels, colour_of, kind, shown
from svertka.data.strips.forms import Form
from svertka.errors import DataError


class ArrayRows:
    """An array in a file, with the meaning of its axes given or guessed; samples (N) are pages."""

    def __init__(self, path: Path, axes: str | None) -> None:
        self.path = path
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        self.axes = _pages(axes or guessed(array.shape))
        check(array.shape, self.axes)
        dtype = shown(np.zeros([min(size, 1) for size in array.shape], array.dtype)).dtype.newbyteorder("=")
        channels, *sizes = arranged(array, self.axes).shape
        self.form = Form(channels, tuple(sizes), dtype, colour_of(channels, len(sizes), kind(dtype)), axes=self.axes)

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        array = arranged(np.load(self.path, mmap_mode="r", allow_pickle=False), self.axes)
        if array.ndim == 2:
            array = array[:, None]
        plane = array[:, page] if array.ndim == 4 else array
        return np.array(shown(plane[:, start:stop]), self.form.dtype)


def _pages(axes: str) -> str:
    """The same axes with samples as depth, where they are planes."""
    if "N" in axes and ("D" in axes or "T" in axes):
        raise DataError(f"axes {axes} are those of several volumes or signals, which are filtered one by one")
    return axes.replace("N", "D")
