"""Rows of FITS, by astropy's sections: only the bytes that are asked for are read, and scaled as the header says."""

import logging
from contextlib import ExitStack
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form
from svertka.errors import DataError, MissingExtra

log = logging.getLogger(__name__)


class FitsRows:
    """The first extension with an image; the planes of a cube are pages."""

    def __init__(self, path: Path, closing: ExitStack) -> None:
        try:
            from astropy.io import fits
        except ImportError:
            raise MissingExtra(f"{path}: FITS", "astropy", "science") from None
        # Without a map, what was read does not stay in memory.
        units = closing.enter_context(fits.open(path, memmap=False, lazy_load_hdus=True))
        images = [unit for unit in units if getattr(unit, "is_image", False) and unit.header.get("NAXIS", 0) > 1]
        if not images:
            raise DataError("none of its extensions holds an image")
        if len(images) > 1:
            log.warning("%s has %d images; the first is taken", path, len(images))
        self.unit = images[0]
        self.planes, plane = self.unit.shape[:-2], self.unit.shape[-2:]
        dtype = np.asarray(self.unit.section[(slice(0, 1),) * self.unit.header["NAXIS"]]).dtype.newbyteorder("=")
        sizes = plane if prod(self.planes) == 1 else (prod(self.planes), *plane)
        self.form = Form(1, tuple(sizes), dtype, "grey", cards=self.unit.header.copy())

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        place: Any = (*map(int, np.unravel_index(page, self.planes)), slice(start, stop), slice(None))
        return np.asarray(self.unit.section[place], self.form.dtype)[None]
