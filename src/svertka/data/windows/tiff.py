"""Windows of TIFF: only the strips or tiles that a window touches are decoded."""

from contextlib import ExitStack
from math import prod
from pathlib import Path

import numpy as np

from svertka.data.formats.registry import Opening
from svertka.data.formats.tiff import PAGES
from svertka.data.rasters import Pixels
from svertka.data.strips.tiff import Mapped, TiffRows
from svertka.data.strips.tiff_segments import size
from svertka.data.windows.forms import Window
from svertka.errors import DataError

KEPT = 2**26  # bytes of decoded segments, since windows that see beyond their border share them


class TiffWindows:
    """The first series of pages, which are depth or channels as `opening.pages` says, or one of them.

    Raises:
        NotImplementedError: its pages can only be decoded whole.
    """

    def __init__(self, path: Path, opening: Opening) -> None:
        self.closing = ExitStack()
        with self.closing:
            self.rows = TiffRows(path, opening, self.closing, KEPT)
            self.form = self.rows.form
            series = self.rows.series
            self.count = prod(size for size, axis in zip(series.shape, series.axes, strict=True) if axis in PAGES)
            self.choice = opening.pages if self.count > 1 else "auto"
            if self.choice.isdigit() and int(self.choice) >= self.count:
                raise DataError(f"it has no page {self.choice}: its {self.count} pages count from 0")
            plane = self.form.sizes[-2:] if isinstance(self.rows.stored, Mapped) else size(series.keyframe)
            self.block = (1,) * (len(self.form.sizes) - 2) + plane
            self.closing = self.closing.pop_all()

    def read(self, window: Window) -> Pixels:
        *depth, rows, columns = window
        found = np.stack([self.rows.area(page, rows, columns) for page in self._pages(depth)])
        if depth:
            return np.moveaxis(found, 0, 1)
        return found.reshape(-1, *found.shape[2:])

    def close(self) -> None:
        self.closing.close()

    def _pages(self, depth: list[slice]) -> range:
        if depth:
            return range(depth[0].start, depth[0].stop)
        if self.choice.isdigit():
            return range(int(self.choice), int(self.choice) + 1)
        return range(self.count)
