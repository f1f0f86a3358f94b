"""HEALPix maps of the sky, to the grid of a spherical network and back (Górski et al. 2005, astro-ph/0409513).

A map has `12 nside²` pixels of equal area, in rings from north to south or nested. It is fitted by harmonics in least
squares: pixels summed up against each harmonic nearly give its share, and what the fit leaves is fitted again. Errors
shrink at least fivefold each time. Twice as many degrees are fitted as the grid is to hold, so that none of these is
mistaken for another; of finer detail one or two thousandths leak in.
"""

from functools import lru_cache
from math import isqrt
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.data.rasters import Pixels
from svertka.data.spheres.grids import finite, kept, spectrum_for
from svertka.data.spheres.rings import Array, Waves, ring_functions, spectrum_of, waves_of
from svertka.errors import DataError, MissingExtra, SettingError, ShapeError
from svertka.geometry import sphere_grid
from svertka.ops import sphere_ifft

UNSEEN = -1.6375e30  # what maps hold where nothing was observed
ROUNDS, FEWER = 10, 6  # of the fit, and of one of no more than nside degrees: then errors are below those of float32
Order = Literal["ring", "nested"]


class Rings(NamedTuple):
    """The rings of a map: where each lies, the longitude of its first pixel, and which pixels it has.

    `alike` are rings of one length, and the numbers of their pixels `(rings, pixels)`, length after length.
    """

    beta: Array
    first: Array
    alike: list[tuple[NDArray[np.intp], NDArray[np.int64]]]


def from_healpix(pixels: ArrayLike, b: int, *, order: Order = "ring") -> Pixels:
    """Maps on the grid of bandwidth `b`.

    Args:
        pixels: `(..., 12 nside²)`.
        b: The bandwidth wanted. A map holds `2 nside` degrees; it is put onto a finer grid as it is.
        order: How pixels are numbered.

    Returns:
        `(..., 2b, 2b)`: uint8 where the pixels are, float32 otherwise.

    Raises:
        ShapeError: there are not `12 nside²` pixels for an `nside` that is a power of two.
        SettingError: a bandwidth that is no positive integer.
        DataError: pixels are UNSEEN, NaN or infinite.
        MissingExtra: astropy-healpix is not installed.
    """
    sphere_grid(b)  # says what is wrong with a bandwidth
    given = np.asarray(pixels)
    nside = nside_of(given.shape[-1] if given.ndim else 0)
    unseen = np.count_nonzero(is_unseen(given))
    if unseen:
        raise DataError(f"{unseen:,} of its pixels are UNSEEN ({UNSEEN:g}); put a value there first, as --fill 0 does")
    flat = finite(given).reshape(-1, given.shape[-1])
    values = (ringed(flat) if order == "nested" else flat).astype(np.float64)
    spectrum = _fitted(values, nside, min(2 * b, 2 * nside))[:, : b**2]
    return kept(sphere_ifft(spectrum, b).reshape(*given.shape[:-1], 2 * b, 2 * b), given.dtype)


def to_healpix(signal: ArrayLike, nside: int, *, order: Order = "ring") -> Pixels:
    """A signal on the grid of a bandwidth at the centres of pixels: what `from_healpix` undoes.

    Args:
        signal: `(..., 2b, 2b)`.
        nside: A power of two. Of the signal `2 nside` degrees are shown, as many as the map holds.
        order: How pixels are numbered.

    Returns:
        `(..., 12 nside²)`: uint8 where the signal is, float32 otherwise.

    Raises:
        ShapeError: sizes that are not even, or not equal.
        SettingError: `nside` is no power of two.
        DataError: values that are not finite.
        MissingExtra: astropy-healpix is not installed.
    """
    if not is_power(nside):
        raise SettingError(f"nside of a HEALPix map should be a power of two, not {nside!r}")
    given = finite(np.asarray(signal))
    spectrum = spectrum_for(given, 2 * nside)
    rings = rings_of(nside)
    waves = waves_of(spectrum, _functions(nside, round(spectrum.shape[1] ** 0.5)))
    maps = kept(_along(waves, rings), given.dtype).reshape(*given.shape[:-2], 12 * nside**2)
    return nested(maps) if order == "nested" else maps


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


@lru_cache(maxsize=2)
def _functions(nside: int, degrees: int) -> list[Array]:
    return ring_functions(degrees, rings_of(nside).beta)


def _fitted(maps: Array, nside: int, degrees: int) -> Array:
    """The spectra `(images, degrees²)` that maps `(images, 12 nside²)` show, in least squares."""
    rings, functions = rings_of(nside), _functions(nside, degrees)
    spectrum = np.zeros((len(maps), degrees**2))
    for _ in range(ROUNDS if degrees > nside else FEWER):
        left = maps - _along(waves_of(spectrum, functions), rings)
        spectrum += spectrum_of(_waves(left, rings, degrees), functions)
    return spectrum


def _along(waves: Waves, rings: Rings) -> Array:
    """Maps `(images, pixels)` of waves `(images, degrees, rings)`; short rings do not tell all orders apart."""
    images, degrees, _ = waves.shape
    turned = waves * np.exp(1j * np.arange(degrees)[:, None] * rings.first)
    maps = np.empty((images, 1 + max(int(places.max()) for _, places in rings.alike)))
    for ring, places in rings.alike:
        count = places.shape[1]
        rounds = np.pad(turned[:, :, ring], ((0, 0), (0, -degrees % count), (0, 0)))
        folded = rounds.reshape(images, -1, count, len(ring)).sum(axis=1)
        maps[:, places] = count * np.fft.ifft(folded, axis=1).real.swapaxes(1, 2)
    return maps


def _waves(maps: Array, rings: Rings, degrees: int) -> Waves:
    """The waves of maps along each ring, each pixel counting alike: twice their mean against `e^{-imα}`."""
    orders = np.arange(degrees)
    waves = np.empty((len(maps), degrees, len(rings.beta)), np.complex128)
    for ring, places in rings.alike:
        lines = np.fft.fft(maps[:, places])[..., orders % places.shape[1]]
        waves[:, :, ring] = lines.swapaxes(1, 2)
    waves *= np.exp(-1j * orders[:, None] * rings.first) * (np.where(orders, 2, 1)[:, None] / maps.shape[1])
    return waves


def _astropy() -> Any:
    try:
        import astropy_healpix
    except ImportError:
        raise MissingExtra("a HEALPix map", "astropy-healpix", "sphere") from None
    return astropy_healpix
