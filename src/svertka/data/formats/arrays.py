"""NumPy's .npy with one image in it."""

from pathlib import Path

import numpy as np

from svertka.data.axes import arranged, guessed
from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Raster, plain, shown


def read(path: Path, opening: Opening) -> Raster:
    """The array as one image, its axes guessed from its shape."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    opening.admit(array.shape)
    return plain(np.array(arranged(shown(array), guessed(array.shape))))


ARRAYS = register(Format("a NumPy array", (".npy",), read=read))
