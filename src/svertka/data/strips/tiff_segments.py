"""The strips or tiles of TIFF, each decoded by itself."""

from math import ceil, prod
from typing import Any

import numpy as np

from svertka.data.formats.registry import Opening
from svertka.data.formats.tiff import CHANNELS
from svertka.data.rasters import Pixels

JPEG = (6, 7, 34892, 33007)  # compressions that share tables between segments
Segment = tuple[Pixels, int, int, int]
"""Pixels `(rows, columns, samples)` and where they lie: plane, first row, first column. Tiles hang over the border."""


class Segments:
    """Those of a series of pages; several threads may decode at once.

    `outer` are the axes along which pages lie, `inner` those of a page, and `together` pages make one image's channels.

    Raises:
        NotImplementedError: pages do not make the series one after another.
        DataError: a line of segments has too many pixels.
    """

    def __init__(self, series: Any, opening: Opening) -> None:
        self.file, self.frame = series.parent, series.keyframe
        self.pages = [page for page in series.pages if page is not None]
        self.outer, self.inner = series.axes[: len(series.axes) - len(self.frame.axes)], self.frame.axes
        self.shape = series.shape[: len(self.outer)]
        plain = self.frame.imagedepth == 1 and series.axes.endswith(self.frame.axes)
        if not plain or prod(self.shape) != len(self.pages):
            raise NotImplementedError(f"pages of axes {self.inner} do not make a series of {series.axes}")
        self.high, self.wide = size(self.frame)
        opening.admit((min(self.high, self.frame.imagelength), self.frame.imagewidth))
        self.together = prod(size for axis, size in zip(self.outer, self.shape, strict=True) if axis in CHANNELS)

    def number(self, place: tuple[int, ...]) -> int:
        """Which page lies at this place of the axes outside."""
        return int(np.ravel_multi_index(place, self.shape)) if place else 0

    def wanted(self, rows: slice, columns: slice) -> list[int]:
        """The numbers of the segments that hold this part of a page, plane by plane."""
        across, down = ceil(self.frame.imagewidth / self.wide), ceil(self.frame.imagelength / self.high)
        return [
            (plane * down + line) * across + column
            for plane in range(self.frame.shaped[0])
            for line in range(rows.start // self.high, ceil(rows.stop / self.high))
            for column in range(columns.start // self.wide, ceil(columns.stop / self.wide))
        ]

    def decoded(self, number: int, wanted: list[int]) -> dict[int, Segment]:
        """These segments of a page; one that was never written is left out, which means zeros."""
        page, frame = self.pages[number], self.frame
        jpeg = {"jpegtables": page.jpegtables, "jpegheader": frame.jpegheader} if frame.compression in JPEG else {}
        sizes = [page.dataoffsets[index] for index in wanted], [page.databytecounts[index] for index in wanted]
        found = {}
        for data, index in self.file.filehandle.read_segments(*sizes, indices=wanted):
            pixels, (plane, _, top, left, _), _ = frame.decode(data, index, **jpeg)
            if pixels is not None:
                found[index] = pixels[0], plane, top, left
        return found


def size(frame: Any) -> tuple[int, int]:
    """Rows and columns of a page's tiles, or of its strips."""
    return (frame.tilelength, frame.tilewidth) if frame.is_tiled else (frame.rowsperstrip, frame.imagewidth)
