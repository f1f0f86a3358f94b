"""HEALPix maps of the sky in the binary tables of FITS, as astronomers write them: each column is a map."""

from math import isqrt
from typing import Any

import numpy as np

from svertka.data.formats.registry import Opening
from svertka.data.rasters import Pixels
from svertka.data.spheres.healpix_pixels import is_power, is_unseen, ringed
from svertka.errors import DataError

INDICES = ("PIXEL", "PIX", "PIXNUM", "IPIX", "INDEX")  # what the column of pixel numbers is called


def is_sky(unit: Any) -> bool:
    """Whether an extension holds maps."""
    return _word(unit, "PIXTYPE") == "HEALPIX"


def read(unit: Any, opening: Opening) -> Pixels:
    """The maps of an extension, `(columns, 12 nside²)`, in rings; what was not observed is NaN.

    Raises:
        DataError: its header contradicts itself or says too little.
        MissingExtra: maps are nested, and astropy-healpix is not installed.
    """
    names = list(unit.columns.names)
    partial = _word(unit, "INDXSCHM") == "EXPLICIT" or _word(unit, "OBJECT") == "PARTIAL"
    index = next((name for name in names if name.upper() in INDICES), names[0]) if partial else None
    wanted = [name for name in names if name != index]
    nside = _nside(unit, wanted, partial)
    opening.admit((len(wanted), 12 * nside**2))
    columns = [_seen(_column(unit, name)) for name in wanted]
    if index is not None:
        columns = [_whole(column, _column(unit, index), nside) for column in columns]
    if any(column.shape != (12 * nside**2,) for column in columns):
        raise DataError(f"it should hold {12 * nside**2:,} pixels for nside {nside}, not {len(columns[0]):,}")
    maps = np.stack(columns)
    return ringed(maps) if _ordering(unit) == "NESTED" else maps


def _nside(unit: Any, wanted: list[str], partial: bool) -> int:
    if not wanted:
        raise DataError("its table has no column of pixels")
    held = unit.header.get("NSIDE")
    nside = isqrt(_column(unit, wanted[0]).size // 12) if held is None and not partial else held
    if not is_power(nside):
        raise DataError(f"its header says NSIDE {held!r}; wanted is a power of two")
    return int(nside)


def _ordering(unit: Any) -> str:
    ordering = _word(unit, "ORDERING")
    if ordering not in ("RING", "NESTED", "NEST"):
        raise DataError(f"its header says ORDERING {ordering or '(nothing)'}; wanted is RING or NESTED")
    return "RING" if ordering == "RING" else "NESTED"


def _column(unit: Any, name: str) -> Pixels:
    """A column as one line, in this machine's byte order; rows often hold 1024 pixels each."""
    values = np.asarray(unit.data[name])
    if values.dtype.kind not in "buif":
        raise DataError(f"its column {name} holds no numbers")
    return values.astype(values.dtype.newbyteorder("=")).ravel()


def _seen(values: Pixels) -> Pixels:
    return np.where(is_unseen(values), values.dtype.type(np.nan), values) if values.dtype.kind == "f" else values


def _whole(values: Pixels, index: Pixels, nside: int) -> Pixels:
    """All the sky of a part, whose pixels have these numbers; NaN elsewhere."""
    if index.dtype.kind not in "ui" or len(index) != len(values):
        raise DataError("its first column should hold the number of each pixel, as it covers a part of the sky")
    if len(index) and not 0 <= int(index.min()) <= int(index.max()) < 12 * nside**2:
        found = f"from {index.min()} to {index.max()}"
        raise DataError(f"it numbers pixels {found}, but nside {nside} has {12 * nside**2:,} of them, counted from 0")
    sky = np.full(12 * nside**2, np.nan, values.dtype if values.dtype.kind == "f" else np.float32)
    sky[index] = values
    return sky


def _word(unit: Any, name: str) -> str:
    return str(unit.header.get(name, "")).strip().upper()
