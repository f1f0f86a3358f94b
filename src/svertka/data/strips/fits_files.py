"""Writing FITS row by row: a header of cards, then big-endian numbers, then zeros up to a whole block.

Pence et al., Astronomy & Astrophysics 524 (2010) A42 define it. Whole numbers without sign, and bytes with it, are kept
as their neighbours with the offset BZERO.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form
from svertka.data.strips.laying import lay, lengths
from svertka.errors import MissingExtra

BLOCK = 2880
# The type in the file, BITPIX, and BZERO.
TYPES: dict[str, tuple[str, int, int]] = {
    "uint8": (">u1", 8, 0), "int8": (">u1", 8, -(2**7)), "int16": (">i2", 16, 0), "uint16": (">i2", 16, 2**15),
    "int32": (">i4", 32, 0), "uint32": (">i4", 32, 2**31), "int64": (">i8", 64, 0), "uint64": (">i8", 64, 2**63),
    "float32": (">f4", -32, 0), "float64": (">f8", -64, 0),
}  # fmt: skip
# Cards on how the numbers of the file before were stored; all others, as those of the sky's coordinates, are kept.
STORAGE = (
    "SIMPLE", "XTENSION", "BITPIX", "NAXIS", "EXTEND", "PCOUNT", "GCOUNT", "BSCALE", "BZERO", "BLANK", "CHECKSUM",
    "DATASUM", "DATAMIN", "DATAMAX",
)  # fmt: skip


def write_fits(path: Path, form: Form, blocks: Iterable[Pixels]) -> None:
    """One image, with the cards that came with it."""
    axes = {1: "W", 2: "HW", 3: "DHW"}[len(form.sizes)]
    axes = axes if form.channels == 1 else f"C{axes}"
    head = header_of(form, lengths(form, axes))
    with path.open("wb") as file:
        file.write(head)
    lay(path, len(head), form, axes, np.dtype(TYPES[form.dtype.name][0]), map(shifted, blocks))
    with path.open("ab") as file:
        file.write(bytes(-file.tell() % BLOCK))


def header_of(form: Form, shape: tuple[int, ...]) -> bytes:
    """The header of an image whose axes have these lengths, with the cards that came with it."""
    try:
        from astropy.io import fits
    except ImportError:
        raise MissingExtra("writing FITS", "astropy", "science") from None
    _, bits, zero = TYPES[form.dtype.name]
    header = fits.Header()
    header["SIMPLE"], header["BITPIX"], header["NAXIS"] = True, bits, len(shape)
    for number, length in enumerate(reversed(shape), 1):
        header[f"NAXIS{number}"] = length
    if zero:
        header["BSCALE"], header["BZERO"] = 1, zero
    if form.cards is not None:
        header.extend(_kept(form.cards), unique=False, update=False)
    return bytes(header.tostring().encode("ascii"))


def _kept(cards: Any) -> Any:
    """A header without what is about storage."""
    kept = cards.copy(strip=True)
    for name in STORAGE:
        kept.remove(name, ignore_missing=True, remove_all=True)
    return kept


def shifted(numbers: Pixels) -> Pixels:
    """Numbers as FITS stores them: whole ones less BZERO have the same bits but the first, turned round."""
    stored, _, zero = TYPES[numbers.dtype.name]
    if not zero:
        return numbers
    native = np.dtype(stored).newbyteorder("=")
    first = native.type(np.iinfo(native).min if native.kind == "i" else 128)
    return np.asarray(numbers.view(native) ^ first)
