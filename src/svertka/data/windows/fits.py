"""Windows of FITS, mapped into memory for each reading, so that what was read does not stay there."""

import warnings
from math import prod
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np

from svertka.data.formats.fits import meant
from svertka.data.formats.registry import Opening
from svertka.data.rasters import Pixels
from svertka.data.strips.fits_files import TYPES
from svertka.data.strips.forms import Form
from svertka.data.windows.forms import Window
from svertka.errors import DataError, MissingExtra

STORED = {bits: np.dtype(stored) for stored, bits, _ in TYPES.values()}  # the type in the file, by BITPIX


class FitsWindows:
    """One image, or several of one shape; planes are depth or channels, as `opening.pages` says."""

    def __init__(self, path: Path, opening: Opening) -> None:
        try:
            from astropy.io import fits
        except ImportError:
            raise MissingExtra(f"{path}: FITS", "astropy", "science") from None
        with warnings.catch_warnings(action="ignore"):  # of truncated files, which are refused
            self.units = fits.open(path, memmap=False, lazy_load_hdus=True)
            images = self._images(path, opening)
        self.planes = [(image, number) for image in images for number in range(image.shape[0])]
        deep, plane = opening.pages != "channels" and len(self.planes) > 1, images[0].shape[1:]
        channels = 1 if deep else len(self.planes)
        sizes = (len(self.planes), *plane) if deep else plane
        self.block = (1, *images[0].block) if deep else images[0].block
        self.form = Form(
            channels, sizes, images[0].dtype, "grey" if channels == 1 else "channels", cards=images[0].header
        )

    def read(self, window: Window) -> Pixels:
        *depth, rows, columns = window
        planes = self.planes[depth[0]] if depth else self.planes
        found = np.stack([image.area(number, rows, columns) for image, number in planes])
        return found[None] if depth else found

    def close(self) -> None:
        self.units.close()

    def _images(self, path: Path, opening: Opening) -> list["Image"]:
        try:
            images = [_image(path, unit) for unit in meant(list(self.units), opening.pages)]
            shapes = sorted({image.shape for image in images})
            if len(shapes) > 1:
                raise DataError(f"its images differ in shape: {shapes}; choose one by its number with --pages")
            return images
        except BaseException:
            self.units.close()
            raise


class Image(Protocol):
    """One extension: `(planes, height, width)`, in the type that its values have when they are scaled."""

    header: Any
    shape: tuple[int, ...]
    block: tuple[int, ...]
    dtype: np.dtype[Any]

    def area(self, plane: int, rows: slice, columns: slice) -> Pixels: ...


class MappedImage:
    """An image that lies in the file as it is, big-endian.

    Values are scaled as astropy does: `BZERO + BSCALE x`, in 32 bits for numbers of up to 16 and else in 64, with NaN
    for those that are BLANK; whole numbers without sign, which are stored with it, stay whole.
    """

    def __init__(self, path: Path, unit: Any) -> None:
        self.path, self.header = path, unit.header.copy()
        self.shape, self.block = (prod(unit.shape[:-2]), *unit.shape[-2:]), unit.shape[-2:]
        self.stored = STORED[self.header["BITPIX"]]
        self.offset = unit.fileinfo()["datLoc"]
        wanted, there = prod(self.shape) * self.stored.itemsize, path.stat().st_size - self.offset
        if there < wanted:
            raise DataError(f"it is truncated: its pixels should be {wanted:,} bytes, and {max(there, 0):,} are there")
        self.dtype = np.asarray(unit.section[(slice(0, 1),) * len(unit.shape)]).dtype.newbyteorder("=")
        self.scale, self.zero = self.header.get("BSCALE", 1), self.header.get("BZERO", 0)
        self.blank = self.header.get("BLANK") if self.stored.kind != "f" else None

    def area(self, plane: int, rows: slice, columns: slice) -> Pixels:
        whole: Pixels = np.memmap(self.path, self.stored, "r", self.offset, self.shape)
        raw: Pixels = np.array(whole[plane, rows, columns])
        if self.dtype.kind != "f":
            values = raw.astype(self.dtype)  # wraps round, as numbers without sign do
            return values if not self.zero else values + self.dtype.type(self.zero)
        values = raw.astype(self.dtype)
        if self.scale != 1:
            values *= self.scale
        if self.zero != 0:
            values += self.zero
        if self.blank:  # astropy takes a BLANK of 0 for none
            values[raw == self.blank] = np.nan
        return values


class CompressedImage:
    """An image in tiles that are compressed, decoded by astropy one reader at a time."""

    def __init__(self, unit: Any) -> None:
        self.unit, self.header, self.lock = unit, unit.header.copy(), Lock()
        self.planes = unit.shape[:-2]
        self.shape, self.block = (prod(self.planes), *unit.shape[-2:]), unit.tile_shape[-2:]
        self.dtype = np.asarray(unit.section[(slice(0, 1),) * len(unit.shape)]).dtype.newbyteorder("=")

    def area(self, plane: int, rows: slice, columns: slice) -> Pixels:
        place = map(int, np.unravel_index(plane, self.planes)) if self.planes else ()
        with self.lock:
            return np.asarray(self.unit.section[(*place, rows, columns)], self.dtype)


def _image(path: Path, unit: Any) -> Image:
    if not getattr(unit, "is_image", False) or len(unit.shape) < 2:
        raise DataError("the extension holds no image")
    return CompressedImage(unit) if hasattr(unit, "compression_type") else MappedImage(path, unit)
