"""Rows of TIFF: only the bytes of an image that lies in one piece, else only the strips or tiles that hold them."""

import logging
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import tifffile

from svertka.data.formats.registry import Opening
from svertka.data.formats.tiff import CHANNELS, PAGES, decoding, pixel, seen
from svertka.data.rasters import Pixels, shown
from svertka.data.strips.forms import Form
from svertka.data.strips.tiff_segments import Segment, Segments

log = logging.getLogger(__name__)


class TiffRows:
    """The first series of pages; `kept` is how many bytes of decoded strips or tiles stay in memory at least.

    Several threads may read at once.
    """

    def __init__(self, path: Path, opening: Opening, closing: ExitStack, kept: int = 0) -> None:
        file = closing.enter_context(tifffile.TiffFile(path))
        file.filehandle.set_lock(True)
        if len(file.series) > 1:
            log.warning("%s has %d series of pages; the first is taken", path, len(file.series))
        self.path, self.series = path, file.series[0]
        whole = self.series.dataoffset is not None
        self.stored = Mapped(path, self.series) if whole else Coded(Segments(self.series, opening), kept)
        raster = pixel(self.series, opening)
        height, width = (self.series.shape[self.series.axes.index(axis)] for axis in "YX")
        sizes = (*raster.pixels.shape[1:-2], height, width)
        self.form = Form(
            len(raster.pixels), sizes, raster.pixels.dtype.newbyteorder("="), raster.colour, resolution=self._resolution
        )

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        return self.area(page, slice(start, stop), slice(0, self.form.width))

    def area(self, page: int, rows: slice, columns: slice) -> Pixels:
        """A part of one page, `(channels, rows, columns)`."""
        with decoding(self.path, self.series):
            found = np.concatenate([self._piece(place, rows, columns) for place in self._places(page)])
        return np.asarray(seen(shown(found)[None], self.series.keyframe)[0], self.form.dtype)

    def _places(self, page: int) -> list[tuple[int, ...]]:
        """Where the channels of a page lie along the axes outside of what is stored in one piece."""
        lead = dict(zip(self.stored.outer, self.series.shape, strict=False))
        numbers = np.unravel_index(page, [size for axis, size in lead.items() if axis in PAGES])
        which = dict(zip([axis for axis in lead if axis in PAGES], map(int, numbers), strict=True))
        every = product(*[[which[axis]] if axis in which else range(size) for axis, size in lead.items()])
        return list(every)

    def _piece(self, place: tuple[int, ...], rows: slice, columns: slice) -> Pixels:
        """`(channels, rows, columns)` at one place."""
        piece, axes = self.stored.area(place, rows, columns), self.stored.inner
        inside = [number for number, axis in enumerate(axes) if axis in CHANNELS]
        plane = [axes.index(axis) for axis in "YX"]
        return piece.transpose(*inside, *plane).reshape(-1, rows.stop - rows.start, columns.stop - columns.start)

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

    def area(self, place: tuple[int, ...], rows: slice, columns: slice) -> Pixels:
        """At one place of the axes outside, a part of the plane with the axes inside."""
        offset = int(self.series.dataoffset or 0)
        whole: Pixels = np.memmap(self.path, self.dtype, "r", offset, self.series.shape)
        inside = [{"Y": rows, "X": columns}.get(axis, slice(None)) for axis in self.inner]
        where: Any = (*place, *inside)
        return np.array(whole[where])


class Coded:
    """A series of pages in strips or tiles; those that were decoded last are kept, since neighbours share them."""

    def __init__(self, segments: Segments, kept: int) -> None:
        self.segments, self.least = segments, kept
        self.outer, self.inner = segments.outer, segments.inner
        self.kept: dict[tuple[int, int], Segment] = {}
        self.lock = Lock()

    def area(self, place: tuple[int, ...], rows: slice, columns: slice) -> Pixels:
        """At one place of the axes outside, a part of the plane with the axes inside."""
        number, frame = self.segments.number(place), self.segments.frame
        planes, *_, samples = frame.shaped
        found = np.zeros((planes, rows.stop - rows.start, columns.stop - columns.start, samples), frame.dtype)
        for pixels, plane, top, left in self._taken(number, self.segments.wanted(rows, columns)):
            down, right = slice(top, top + pixels.shape[0]), slice(left, left + pixels.shape[1])
            into, part = (overlap(rows, down), overlap(columns, right)), (overlap(down, rows), overlap(right, columns))
            found[(plane, *into)] = pixels[part]
        length = {"Y": found.shape[1], "X": found.shape[2]}
        return found.reshape([length.get(axis, size) for axis, size in zip(frame.axes, frame.shape, strict=True)])

    def _taken(self, number: int, wanted: list[int]) -> list[Segment]:
        """Strips or tiles of a page, in no order; those that were never written are left out."""
        with self.lock:
            before = {index: self.kept.pop((number, index)) for index in wanted if (number, index) in self.kept}
        found = before | self.segments.decoded(number, [index for index in wanted if index not in before])
        with self.lock:
            self.kept |= {(number, index): segment for index, segment in found.items()}
            self._forget(max(self.least, self.segments.together * size_of(found.values())))
        return list(found.values())

    def _forget(self, limit: int) -> None:
        """Let go of what was not used for longest; the channels of a page take turns, so that all of them stay."""
        size = size_of(self.kept.values())
        while size > limit:
            pixels, *_ = self.kept.pop(next(iter(self.kept)))
            size -= pixels.nbytes


def overlap(frame: slice, other: slice) -> slice:
    """Where another stretch lies in a frame, counted from the frame's begin."""
    return slice(max(other.start - frame.start, 0), min(other.stop, frame.stop) - frame.start)


def size_of(segments: Iterable[Segment]) -> int:
    """How many bytes these take."""
    return sum(pixels.nbytes for pixels, *_ in segments)
