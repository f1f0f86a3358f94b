"""Opening any image to read it by windows."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np

from svertka.data.formats import Opening, arrays, fits, is_image, tiff
from svertka.data.formats.registry import Format, naming, with_name
from svertka.data.rasters import Colour, Pixels
from svertka.data.strips.forms import Form
from svertka.data.windows.arrays import ArrayWindows
from svertka.data.windows.fits import FitsWindows
from svertka.data.windows.forms import Reader, Window, inside, lengths, pieces, placed, spelled
from svertka.data.windows.hdf5 import Hdf5Windows
from svertka.data.windows.tiff import TiffWindows
from svertka.data.windows.whole import WholeImage
from svertka.data.windows.zarr import ZarrWindows
from svertka.errors import DataError

HDF5 = re.compile(r"(.+\.(?:h5|hdf5))(?::(.*))?", re.IGNORECASE | re.DOTALL)


def opened(
    path: Path | str,
    *,
    axes: str | None = None,
    opening: Opening = Opening(),  # noqa: B008
    skip_bad: bool = False,
) -> "Opened":
    """The image in a file, to be read by windows.

    TIFF, FITS, Zarr, HDF5 (`file.h5:dataset`) and `.npy` are read as windows are asked for; others are decoded whole,
    within the limit of pixels.

    Args:
        path: the file, or the folder of a Zarr.
        axes: what the axes of an array mean, as `CHW`; by default what its file says, else guessed from its shape.
        opening: what a person says about opening files, as what pages are.
        skip_bad: give NaN for pixels that cannot be read, and count the blocks that they lie in.

    Raises:
        DataError: it cannot be read; the message names the file, here and when windows are read.
        MissingExtra: its format needs a package that is not installed.
    """
    path = Path(path).expanduser()
    kind, reader = _reader(path, axes, opening)
    return Opened(path, kind, reader, skip_bad=skip_bad)


class Opened:
    """A source of windows. With `skip_bad`, `bad` are the blocks that could not be read.

    A window in which some pixels could not be read has the type that holds NaN beside the image's numbers.
    """

    def __init__(self, path: Path, kind: str, reader: Reader, *, skip_bad: bool) -> None:
        self.path, self.kind, self.reader, self.skip_bad = path, kind, reader, skip_bad
        self.bad: set[str] = set()
        self.lock = Lock()

    @property
    def form(self) -> Form:
        return self.reader.form

    @property
    def channels(self) -> int:
        return self.form.channels

    @property
    def sizes(self) -> tuple[int, ...]:
        return self.form.sizes

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.form.dtype

    @property
    def colour(self) -> Colour:
        return self.form.colour

    def read(self, window: Window) -> Pixels:
        """Pixels `(channels, *window)`.

        Raises:
            ShapeError: there is no such window.
            DataError: a block in it is broken; the message names the file and the block.
        """
        window = placed(window, self.sizes)
        try:
            return self.reader.read(window)
        except ImportError:
            raise
        except Exception:
            # Decoders meet broken blocks with whatever exception comes first; which block it was is found out here.
            return self._pieced(window)

    def close(self) -> None:
        self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pieced(self, window: Window) -> Pixels:
        """The window block by block, with NaN for those that are broken."""
        parts = [(inside(piece, window), self._tried(piece)) for piece in pieces(window, self.reader.block)]
        broken = any(values is None for _, values in parts)
        dtype = np.result_type(self.dtype, np.float32) if broken else self.dtype
        found = np.empty((self.channels, *lengths(window)), dtype)
        for place, values in parts:
            found[(slice(None), *place)] = np.nan if values is None else values
        return found

    def _tried(self, piece: Window) -> Pixels | None:
        block = spelled(self._block(piece))
        try:
            with naming(f"{self.path}, block {block}", self.kind):
                return self.reader.read(piece)
        except DataError:
            if not self.skip_bad:
                raise
            with self.lock:
                self.bad.add(block)
            return None

    def _block(self, piece: Window) -> Window:
        """The whole block that a piece of a window lies in."""
        starts = [part.start // size * size for part, size in zip(piece, self.reader.block, strict=True)]
        ends = [
            min(start + size, all_) for start, size, all_ in zip(starts, self.reader.block, self.sizes, strict=True)
        ]
        return tuple(map(slice, starts, ends))


def _reader(path: Path, axes: str | None, opening: Opening) -> tuple[str, Reader]:
    """What kind of file this is, and how it is read."""
    dataset = HDF5.fullmatch(str(path))
    if is_zarr(path):
        return "Zarr", _named(path, "Zarr", path, lambda: ZarrWindows(path, axes))
    if dataset:
        file, name = Path(dataset[1]), dataset[2] or ""
        return "HDF5", _named(path, "HDF5", file, lambda: Hdf5Windows(file, name, axes))
    if not is_image(path):
        raise DataError(f"{path} cannot be read in windows: wanted .zarr, .h5:NAME, .tif, .fits, .npy or another image")
    return with_name(path, lambda image_format: (image_format.name, _image(path, image_format, axes, opening)))


def is_zarr(path: Path) -> bool:
    """Whether it is a Zarr by its name, or an array in one."""
    return any(part.lower().endswith(".zarr") for part in path.parts)


def _named(path: Path, kind: str, file: Path, use: Callable[[], Reader]) -> Reader:
    if not file.exists():
        raise DataError(f"there is no file {file}")
    with naming(str(path), kind):
        return use()


def _image(path: Path, image_format: Format, axes: str | None, opening: Opening) -> Reader:
    if image_format is tiff.TIFF:
        with suppress(NotImplementedError):
            return TiffWindows(path, opening)
    if image_format is fits.FITS:
        return FitsWindows(path, opening)
    if image_format is arrays.ARRAYS:
        return ArrayWindows(path, axes)
    return WholeImage(image_format.read(path, opening))
