"""Rows of TIFF: only the bytes of an image that lies in one piece, else only the strips or tiles that hold them."""

import logging
from contextlib import ExitStack
from itertools import product
from math import ceil, prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from svertka.data.formats.registry import Opening
from svertka.data.formats.tiff import CHANNELS, PAGES, decoding, pixel, seen
from svertka.data.rasters import Pixels, shown
from svertka.data.strips.forms import Form

log = logging.getLogger(__name__)


class TiffRows:
    """The first series of pages."""

    def __init__(self, path: Path, opening: Opening, closing: ExitStack) -> None:
        file = closing.enter_context(tifffile.TiffFile(path))
        if len(file.series) > 1:
            log.warning("%s has %d series of pages; the first is taken", path, len(file.series))
        self.path, self.series = path, file.series[0]
        self.stored = Mapped(path, self.series) if self.series.dataoffset is not None else Coded(self.series, opening)
        raster = pixel(self.series, opening)
        height, width = (self.series.shape[self.series.axes.index(axis)] for axis in "YX")
        sizes = (*raster.pixels.shape[1:-2], height, width)
        self.form = Form(
            len(raster.pixels), sizes, raster.pixels.dtype.newbyteorder("="), raster.colour, resolution=self._resolution
        )

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        with decoding(self.path, self.series):
            found = np.concatenate([self._piece(place, start, stop) for place in self._places(page)])
        return np.asarray(seen(shown(found)[None], self.series.keyframe)[0], self.form.dtype)

    def _places(self, page: int) -> list[tuple[int, ...]]:
        """Where the channels of a page lie along the axes outside of what is stored in one piece."""
        lead = dict(zip(self.stored.outer, self.series.shape, strict=False))
        numbers = np.unravel_index(page, [size for axis, size in lead.items() if axis in PAGES])
        which = dict(zip([axis for axis in lead if axis in PAGES], map(int, numbers), strict=True))
        every = product(*[[which[axis]] if axis in which else range(size) for axis, size in lead.items()])
        return list(every)

    def _piece(self, place: tuple[int, ...], start: int, stop: int) -> Pixels:
        """`(channels, rows, width)` at one place."""
        piece, axes = self.stored.rows(place, start, stop), self.stored.inner
        inside = [number for number, axis in enumerate(axes) if axis in CHANNELS]
        plane = [axes.index(axis) for axis in "YX"]
        return piece.transpose(*inside, *plane).reshape(-1, stop - start, self.form.width)

    @property
    def _resolution(self) -> tuple[float, float, int] | None:
        page = self.series.keyframe
        across, down = page.resolution
        return (across, down, int(page.resolutionunit)) if (across, down) != (1, 1) else None


class Mapped:
    """A series that lies in one piece as it is; it is mapped anew for each reading, so that nothing stays in memory."""

    def __init__(self, path: Path, series: Any) -> None:
        self.path, self.series = path, series
        cut = series.axes.index("Y")
        self.outer, self.inner = series.axes[:cut], series.axes[cut:]
        self.dtype = np.dtype(series.parent.byteorder + series.dtype.char)

    def rows(self, place: tuple[int, ...], start: int, stop: int) -> Pixels:
        """At one place of the axes outside, rows with the axes inside."""
        offset = int(self.series.dataoffset or 0)
        whole: Pixels = np.memmap(self.path, self.dtype, "r", offset, self.series.shape)
        where: Any = (*place, slice(start, stop))
        return np.array(whole[where])


class Coded:
    """A series of pages in strips or tiles; those that were decoded last are kept, since neighbours share them."""

    def __init__(self, series: Any, opening: Opening) -> None:
        self.series, page = series, series.keyframe
        self.file, self.pages = series.parent, [page for page in series.pages if page is not None]
        self.outer, self.inner = series.axes[: len(series.axes) - len(page.axes)], page.axes
        plain = page.imagedepth == 1 and series.axes.endswith(page.axes)
        if not plain or prod(series.shape[: len(self.outer)]) != len(self.pages):
            raise NotImplementedError(f"pages of axes {page.axes} do not make a series of {series.axes}")
        tiled = page.is_tiled
        self.high, self.wide = (page.tilelength, page.tilewidth) if tiled else (page.rowsperstrip, page.imagewidth)
        opening.admit((min(self.high, page.imagelength), page.imagewidth))
        self.together = prod(size for axis, size in zip(self.outer, series.shape, strict=False) if axis in CHANNELS)
        self.kept: dict[int, dict[int, Any]] = {}

    def rows(self, place: tuple[int, ...], start: int, stop: int) -> Pixels:
        """At one place of the axes outside, rows with the axes inside."""
        number = int(np.ravel_multi_index(place, self.series.shape[: len(self.outer)])) if place else 0
        frame = self.series.keyframe
        planes, _, _, width, samples = frame.shaped
        found = np.zeros((planes, stop - start, width, samples), frame.dtype)
        for segment, (plane, _, top, left, _) in self._segments(number, start, stop):
            low, high = max(top, start), min(top + segment.shape[0], stop)
            right = min(left + segment.shape[1], width)  # tiles may hang over
            found[plane, low - start : high - start, left:right] = segment[low - top : high - top, : right - left]
        shape = [stop - start if axis == "Y" else size for axis, size in zip(frame.axes, frame.shape, strict=True)]
        return found.reshape(shape)

    def _segments(self, number: int, start: int, stop: int) -> list[Any]:
        """The decoded strips or tiles of a page that hold these rows, each with its place."""
        wanted, before = self._wanted(start, stop), self.kept.pop(number, {})
        if len(self.kept) >= self.together:  # the channels of a page take turns
            del self.kept[next(iter(self.kept))]
        kept = {index: before[index] for index in wanted if index in before}
        self.kept[number] = kept | self._decoded(number, [index for index in wanted if index not in before])
        return list(self.kept[number].values())

    def _decoded(self, number: int, wanted: list[int]) -> dict[int, Any]:
        page, frame = self.pages[number], self.series.keyframe
        jpeg = {"jpegtables": page.jpegtables, "jpegheader": frame.jpegheader} if frame.compression in JPEG else {}
        sizes = [page.dataoffsets[index] for index in wanted], [page.databytecounts[index] for index in wanted]
        found = {}
        for data, index in self.file.filehandle.read_segments(*sizes, indices=wanted):
            pixels, place, _ = frame.decode(data, index, **jpeg)
            if pixels is not None:  # else nothing was ever written there, which means zeros
                found[index] = pixels[0], place
        return found

    def _wanted(self, start: int, stop: int) -> list[int]:
        """The numbers of the strips or tiles that hold these rows, plane by plane."""
        frame = self.series.keyframe
        across, down = ceil(frame.imagewidth / self.wide), ceil(frame.imagelength / self.high)
        lines = range(start // self.high, ceil(stop / self.high))
        return [
            (plane * down + line) * across + column
            for plane in range(frame.shaped[0])
            for line in lines
            for column in range(across)
        ]


JPEG = (6, 7, 34892, 33007)  # compressions that share tables between segments
