"""HEALPix maps of the sky, to the grid of a spherical network and back (Górski et al. 2005, astro-ph/0409513).

A map has `12 nside²` pixels of equal area, in rings from north to south or nested. It is fitted by harmonics in least
squares: pixels summed up against each harmonic nearly give its share, and what the fit leaves is fitted again. Errors
shrink at least fivefold each time. Twice as many degrees are fitted as the grid is to hold, so that none of these is
mistaken for another; of finer detail one or two thousandths leak in.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from svertka.data.rasters import Pixels
from svertka.data.spheres.grids import finite, kept, spectrum_for
from svertka.data.spheres.healpix_pixels import UNSEEN, Rings, is_power, is_unseen, nested, nside_of, ringed, rings_of
from svertka.data.spheres.rings import Array, Waves, ring_functions, spectrum_of, waves_of
from svertka.errors import DataError, SettingError
from svertka.geometry import sphere_grid
from svertka.ops import sphere_ifft

ROUNDS, FEWER = 10, 6  # of the fit, and of one of no more than nside degrees: then errors are below those of float32
Order = Literal["ring", "nested"]


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
