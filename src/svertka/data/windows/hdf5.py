"""Windows of a data set in HDF5: only the chunks that a window touches are read."""

from pathlib import Path

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.sets.hdf5 import load
from svertka.data.windows.axes import blocks_of, form_of, letters, window_of
from svertka.data.windows.forms import Window
from svertka.errors import DataError


class Hdf5Windows:
    """A data set by its name, or the only one with an image's axes."""

    def __init__(self, path: Path, name: str, axes: str | None) -> None:
        arrays = load(path)
        images = {key: array for key, array in arrays.items() if name in ("", key) and len(array.shape or ()) > 0}
        if len(images) != 1:
            wanted = f"no data set {name}, but" if name else "several data sets:" if images else "no image, but"
            raise DataError(f"it holds {wanted} {', '.join(arrays) or 'nothing'}; say which as {path.name}:NAME")
        (self.array,) = images.values()
        self.axes = letters(self.array.shape, axes)
        self.form = form_of(self.array.shape, self.array.dtype, self.axes)
        self.block = blocks_of(self.array.chunks, self.array.shape, self.axes)

    def read(self, window: Window) -> Pixels:
        return np.array(window_of(self.array, self.axes, window), self.form.dtype)

    def close(self) -> None:
        self.array.file.close()
