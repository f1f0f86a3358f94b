"""The pixels of HEALPix maps: how many there are, in which order, where they lie, by astropy-healpix."""

from functools import lru_cache
from math import isqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Pixels
from svertka.errors import MissingExtra, ShapeError

UNSEEN = -1.6375e30  # what maps hold where nothing was observed
Array = NDArray[np.float64]


class Rings(NamedTuple):
    """The rings of a map: where each lies, the longitude of its first pixel, and which pixels it has.

    `alike` are rings of one length, and the numbers of their pixels `(rings, pixels)`, length after length.
    """

    beta: Array
    first: Array
    alike: list[tuple[NDArray[np.intp], NDArray[np.int64]]]


def nside_of(pixels: int) -> int:
    """How finely a map of so many pixels is divided.

    Raises:
        ShapeError: no map has so many.
    """
    nside = isqrt(pixels // 12)
    if 12 * nside**2 != pixels or not is_power(nside):
        found = f"{pixels:,} pixels" + (f", as nside {nside} has" if nside and 12 * nside**2 == pixels else "")
        raise ShapeError(f"a HEALPix map should have 12 nside² pixels with nside a power of two, not {found}")
    return nside


def is_power(nside: int) -> bool:
    """Whether it is a power of two."""
    return isinstance(nside, int | np.integer) and nside > 0 and int(nside).bit_count() == 1


def is_unseen(pixels: Pixels) -> Any:
    """Where a map says that nothing was observed."""
    return np.isclose(pixels, UNSEEN, rtol=1e-5, atol=0) if pixels.dtype.kind == "f" else np.zeros(pixels.shape, bool)


def ringed(pixels: Pixels) -> Pixels:
    """Maps `(..., 12 nside²)` in nested order, brought into that of rings.

    Raises:
        ShapeError: no map has so many pixels.
        MissingExtra: astropy-healpix is not installed.
    """
    nside = nside_of(pixels.shape[-1])
    return np.asarray(pixels[..., _astropy().HEALPix(nside).ring_to_nested(np.arange(12 * nside**2))])


def nested(pixels: Pixels) -> Pixels:
    """Maps `(..., 12 nside²)` in the order of rings, brought into the nested one.

    Raises:
        ShapeError, MissingExtra: as `ringed`.
    """
    nside = nside_of(pixels.shape[-1])
    return np.asarray(pixels[..., _astropy().HEALPix(nside).nested_to_ring(np.arange(12 * nside**2))])


@lru_cache(maxsize=8)
def rings_of(nside: int) -> Rings:
    """Where the rings of a map lie.

    Raises:
        MissingExtra: astropy-healpix is not installed.
    """
    number = np.arange(1, 4 * nside)
    counts = 4 * np.minimum(np.minimum(number, nside), 4 * nside - number)
    starts = np.cumsum(counts) - counts
    longitude, latitude = _astropy().healpix_to_lonlat(starts, nside, order="ring")
    alike = [np.flatnonzero(counts == count) for count in np.unique(counts)]
    places = [starts[rings, None] + np.arange(counts[rings[0]]) for rings in alike]
    return Rings(np.pi / 2 - latitude.value, longitude.value, list(zip(alike, places, strict=True)))


def _astropy() -> Any:
    try:
        import astropy_healpix
    except ImportError:
        raise MissingExtra("a HEALPix map", "astropy-healpix", "sphere") from None
    return astropy_healpix
