"""Writing TIFF by windows: tiles that are not compressed, in any order; BigTIFF where it is too large for less."""

from itertools import product
from math import ceil, prod
from pathlib import Path

import numpy as np
import tifffile

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form
from svertka.data.strips.laying import lengths, natural
from svertka.data.strips.writing import LARGE, tiff_tags
from svertka.data.windows.forms import Window, inside, pieces
from svertka.data.windows.laying import Laid

TILE = 256  # rows and columns, as viewers like them
STEP = 16  # which TIFF wants tiles to be multiples of


class TiffFile:
    """Pages of tiles; colours lie beside each other in a tile, other channels in tiles of their own."""

    def __init__(self, path: Path, form: Form) -> None:
        with tifffile.TiffFile(path) as file:
            page = file.pages.first
            self.tile = page.tilelength, page.tilewidth
            self.starts = [page.dataoffsets[0] for page in file.pages]
        planes, samples = (1, form.channels) if natural(form).endswith("C") else (form.channels, 1)
        grid = [ceil(size / side) for size, side in zip(form.sizes[-2:], self.tile, strict=True)]
        self.laid = Laid(path, 0, (planes, *grid, *self.tile, samples), form.dtype)

    def write(self, window: Window, values: Pixels) -> None:
        depth, plane = (window[0], window[1:]) if len(window) == 3 else (slice(0, 1), window)
        pages = values.reshape(len(values), depth.stop - depth.start, *values.shape[-2:])
        for page, part in product(range(depth.start, depth.stop), pieces(plane, self.tile)):
            rows, columns = inside(part, plane)
            self._put(page, part, pages[:, page - depth.start, rows, columns])

    def settle(self, window: Window) -> None:
        self.laid.settle()

    def close(self) -> None:
        self.laid.close()

    def _put(self, page: int, part: Window, values: Pixels) -> None:
        """`(channels, rows, columns)` in one tile."""
        planes, *_, samples = self.laid.shape
        numbers = [side.start // size for side, size in zip(part, self.tile, strict=True)]
        within = inside(part, tuple(slice(n * size, 0) for n, size in zip(numbers, self.tile, strict=True)))
        tile = [slice(number, number + 1) for number in numbers]
        values = np.moveaxis(values.reshape(planes, samples, *values.shape[1:]), 1, -1)[:, None, None]
        place = (slice(0, planes), *tile, *within, slice(0, samples))
        self.laid.put(place, values, further=self.starts[page])


def make_tiff(path: Path, form: Form, tile: tuple[int, ...]) -> None:
    """A file of zeros."""
    axes = natural(form)
    side = [min(TILE, ceil(size / STEP) * STEP) for size in form.sizes[-2:]]
    size = prod(form.sizes) * form.channels * form.dtype.itemsize
    with tifffile.TiffWriter(path, bigtiff=size > LARGE) as file:
        file.write(None, shape=lengths(form, axes), dtype=form.dtype, tile=side, **tiff_tags(form, axes))
