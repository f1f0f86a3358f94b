"""Writing an image of any size as its rows come."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.lib import format as npy

from svertka.data.rasters import Colour, Pixels
from svertka.data.replacing import replacing
from svertka.data.strips.bitmap_files import BY_ENDING, held, write_bitmap
from svertka.data.strips.fits_files import TYPES, write_fits
from svertka.data.strips.forms import Form
from svertka.data.strips.laying import lay, lengths, natural
from svertka.errors import DataError, SettingError

Writer = Callable[[Path, Form, Iterable[Pixels]], None]
ALPHA: Mapping[Colour, str] = {"grey+alpha": "unassalpha", "rgb+alpha": "unassalpha"}
PHOTOMETRIC: Mapping[Colour, str] = {"rgb": "rgb", "rgb+alpha": "rgb", "cmyk": "separated"}
STRIP = 2**18  # bytes of a strip, so that other programs need not read all at once
FITS = (".fits", ".fit", ".fts")
LARGE = 2**32 - 2**25  # bytes from which on a TIFF counts its places with 64 bits; as tifffile does


def write(path: Path, form: Form, blocks: Iterable[Pixels]) -> None:
    """Write an image into a file, whole or not at all.

    Args:
        path: its ending says the format.
        form: the image.
        blocks: `(pages, channels, rows, width)` in the image's type, in order: parts of a page, or whole pages.

    Raises:
        SettingError: the ending is of no format that can be written.
        DataError: the format does not hold such an image, or the file cannot be written.
    """
    check_holds(path, form)
    with replacing(path) as part:
        _WRITERS[path.suffix.lower()](part, form, blocks)


def check_holds(path: Path, form: Form) -> None:
    """See that a file of this name can hold such an image.

    Raises:
        SettingError: its ending is of no format that can be written.
        DataError: it does not hold the type, the channels or the pages.
    """
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise SettingError(f"{path} cannot be written: its name should end in one of {' '.join(sorted(_WRITERS))}")
    if (ending in BY_ENDING and not held(form, ending)) or (ending in FITS and form.dtype.name not in TYPES):
        raise DataError(f"{path} cannot hold {form.described()}; write .tif or .npy instead")


def write_array(path: Path, form: Form, blocks: Iterable[Pixels]) -> None:
    """NumPy's .npy."""
    axes = form.axes.replace("T", "W") or natural(form)
    with path.open("wb") as file:
        npy.write_array_header_2_0(
            file, {"descr": form.dtype.str, "fortran_order": False, "shape": lengths(form, axes)}
        )
        offset = file.tell()
    lay(path, offset, form, axes, form.dtype, blocks)


def tiff_tags(form: Form, axes: str) -> dict[str, Any]:
    """What tifffile is told of an image with this order of axes."""
    tags: dict[str, Any] = {"photometric": PHOTOMETRIC.get(form.colour, "minisblack")}
    if form.channels > 1:
        tags["planarconfig"] = "contig" if axes.endswith("C") else "separate"
    if form.colour in ALPHA:
        tags["extrasamples"] = [ALPHA[form.colour]]
    if form.resolution:
        tags |= {"resolution": form.resolution[:2], "resolutionunit": form.resolution[2]}
    return tags


def write_tiff(path: Path, form: Form, blocks: Iterable[Pixels]) -> None:
    """TIFF, uncompressed; BigTIFF where it is too large for less."""
    axes = natural(form)
    shape = lengths(form, axes)
    bytes_in_row = form.width * form.dtype.itemsize * (form.channels if axes.endswith("C") else 1)
    size = int(np.prod(shape, dtype=object)) * form.dtype.itemsize
    with tifffile.TiffWriter(path, bigtiff=size > LARGE) as file:
        place = file.write(
            None,
            shape=shape,
            dtype=form.dtype,
            rowsperstrip=max(1, STRIP // bytes_in_row),
            returnoffset=True,
            **tiff_tags(form, axes),
        )
    assert place is not None
    lay(path, place[0], form, axes, form.dtype.newbyteorder("="), blocks)


_WRITERS: dict[str, Writer] = {
    **dict.fromkeys((".tif", ".tiff"), write_tiff),
    **dict.fromkeys(FITS, write_fits),
    ".npy": write_array,
    **{ending: partial(write_bitmap, kind=kind) for ending, kind in BY_ENDING.items()},
}
