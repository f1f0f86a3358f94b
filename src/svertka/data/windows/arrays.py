"""Windows of NumPy's .npy, mapped into memory for each reading, so that what was read does not stay there."""

from pathlib import Path

import numpy as np

from svertka.data.axes import arranged
from svertka.data.rasters import Pixels, shown
from svertka.data.windows.axes import form_of, letters
from svertka.data.windows.forms import Window


class ArrayWindows:
    """One image, with the meaning of its axes given or guessed."""

    def __init__(self, path: Path, axes: str | None) -> None:
        self.path = path
        array = self._mapped()
        self.axes = letters(array.shape, axes)
        self.form = form_of(array.shape, array.dtype, self.axes)
        self.block = self.form.sizes

    def read(self, window: Window) -> Pixels:
        return np.array(shown(arranged(self._mapped(), self.axes)[(slice(None), *window)]), self.form.dtype)

    def close(self) -> None:
        """Nothing is open between readings."""

    def _mapped(self) -> Pixels:
        return np.asarray(np.load(self.path, mmap_mode="r", allow_pickle=False))
