"""Latitude-longitude fields and panoramas, to the grid of a spherical network and back.

It is done in the spectrum. A field is taken to be what its samples determine, waves along rows and along meridians; of
this every degree below the bandwidth is kept as it is, and every other left out. So nothing aliases, poles are places
like all others, and a network sees the field through the same window as through its own Fourier transform. Averages
over areas would blur what is kept, and let through some of what is not. The price are waves beside sharp edges
(Gibbs): the grid cannot hold the edge.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.data.formats.netcdf import Fields, opened
from svertka.data.rasters import Pixels
from svertka.data.spheres.grids import finite, kept, spectrum_for
from svertka.data.spheres.latitudes import angles, around, bandwidth_between, row_functions
from svertka.data.spheres.rings import Waves, ring_functions, spectrum_of, waves_of
from svertka.errors import DataError, ShapeError, UnknownName
from svertka.geometry import sphere_grid
from svertka.ops import sphere_ifft


@dataclass(frozen=True)
class Field:
    """A variable of a file, `(..., rows, columns)`, with the latitude of each row and the longitude of each column.

    North is up, and columns go eastwards; angles are in degrees. Gaps are NaN.
    """

    values: NDArray[np.float32]
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]

    def sphere(self, b: int) -> Pixels:
        """The same on the grid of bandwidth `b`, `(..., 2b, 2b)`; see `from_equirectangular`.

        Raises:
            SettingError: a bandwidth that is no positive integer.
            DataError: there are gaps, or it does not cover the sphere evenly.
        """
        return from_equirectangular(self.values, b, latitudes=self.latitudes, longitudes=self.longitudes)


def field(path: str | Path, variable: str, **selection: float) -> Field:
    """A variable of a netCDF file, or what it holds at a time, on a level, or wherever its other axes lead.

    Args:
        path: the file, netCDF of version 3 or 4.
        variable: its name.
        selection: for any of the other axes the value there, as `level=500`; others stay, in front.

    Raises:
        UnknownName: there is no such field, or no such axis.
        DataError: the file cannot be read, or an axis has no such value.
        MissingExtra: the file is netCDF 4 and h5netcdf is not installed.
    """
    fields = opened(Path(path).expanduser())
    if variable not in fields.variables:
        raise UnknownName(f"field in {path}", variable, fields.variables)
    found = fields.variables[variable]
    others = [name for name in found.dimensions if name not in (fields.latitude, fields.longitude)]
    for name in selection:
        if name not in others:
            raise UnknownName(f"other axis of {variable}", name, others)
    places = {name: _place(fields, name, value) for name, value in selection.items()}
    values = fields.planes(found, places)
    return Field(values, fields.latitudes, fields.longitudes)


def from_equirectangular(
    pixels: ArrayLike, b: int, *, latitudes: ArrayLike | None = None, longitudes: ArrayLike | None = None
) -> Pixels:
    """A field over the whole sphere, on the grid of bandwidth `b`.

    Scalars are meant: a component of a wind has many values at a pole, which become one.

    Args:
        pixels: `(..., rows, columns)`, from north to south and eastwards where no angles are given. With
            `columns = 2 (rows - 1)` the first and the last row are the poles and the first column is at longitude 0;
            otherwise pixels have their centres in the middle of their share, with the left edge at 0.
        b: The bandwidth wanted. A field that holds fewer degrees is put onto the finer grid as it is.
        latitudes: Of each row in degrees, rising or falling, as Gaussian grids and netCDF files have them.
        longitudes: Of each column in degrees, from -180 or from 0 or from anywhere, rising or falling; where the first
            column stands again at the end it is taken once.

    Returns:
        `(..., 2b, 2b)`: uint8 where the pixels are, float32 otherwise.

    Raises:
        ShapeError: there are no rows and columns, or other numbers of angles.
        SettingError: a bandwidth that is no positive integer.
        DataError: angles that do not cover the sphere evenly, or pixels that are not finite.
    """
    sphere_grid(b)  # says what is wrong with a bandwidth
    given = finite(np.asarray(pixels))
    if given.ndim < 2:
        raise ShapeError(f"a field should be (..., rows, columns), not {given.shape}")
    beta, alpha = angles(given.shape[-2:], latitudes, longitudes)
    turned, beta, first = around(given, beta, alpha)
    degrees = min(b, len(beta), (turned.shape[-1] + 1) // 2, bandwidth_between(beta, alpha))
    functions = row_functions(tuple(beta.tolist()), degrees)
    waves = [_waves(image, degrees, first) for image in turned.reshape(-1, *turned.shape[-2:])]
    spectrum = spectrum_of(np.stack(waves), functions)
    return kept(sphere_ifft(spectrum, b).reshape(*given.shape[:-2], 2 * b, 2 * b), given.dtype)


def to_equirectangular(
    signal: ArrayLike,
    sizes: tuple[int, int],
    *,
    latitudes: ArrayLike | None = None,
    longitudes: ArrayLike | None = None,
) -> Pixels:
    """A signal on the grid of a bandwidth as a field of rows and columns: what `from_equirectangular` undoes.

    Args:
        signal: `(..., 2b, 2b)`.
        sizes: Rows and columns, which lie as there. A field too coarse for all degrees shows those it can hold.
        latitudes: Of each row in degrees; these need not cover the sphere.
        longitudes: Of each column in degrees, likewise.

    Returns:
        `(..., rows, columns)`: uint8 where the signal is, float32 otherwise.

    Raises:
        ShapeError: the signal's sizes are not even or not equal, or there are other numbers of angles.
        DataError: latitudes out of order, or values that are not finite.
    """
    given = finite(np.asarray(signal))
    beta, alpha = angles(sizes, latitudes, longitudes)
    spectrum = spectrum_for(given, bandwidth_between(beta, alpha))
    degrees = round(spectrum.shape[1] ** 0.5)
    waves = waves_of(spectrum, ring_functions(degrees, beta))
    orders = np.arange(degrees)[:, None] * alpha
    lines = waves.real.swapaxes(1, 2) @ np.cos(orders) - waves.imag.swapaxes(1, 2) @ np.sin(orders)
    return kept(lines.reshape(*given.shape[:-2], *sizes), given.dtype)


def _waves(image: Pixels, degrees: int, first: float) -> Waves:
    """The waves along the rows of a field whose first column has this longitude, `(degrees, rows)`."""
    orders = np.arange(degrees)
    lines = np.fft.rfft(image.astype(np.float64), axis=-1)[:, :degrees] * np.exp(-1j * orders * first)
    return np.asarray(lines * np.where(orders, 2, 1) / image.shape[-1]).T


def _place(fields: Fields, dimension: str, value: float) -> int:
    levels = fields.levels(dimension)
    near = np.flatnonzero(np.isclose(levels, value, rtol=1e-6, atol=0))
    if not len(near):
        listed = ", ".join(f"{level:g}" for level in levels[:12]) + (", …" if len(levels) > 12 else "")
        raise DataError(f"{dimension} has no {value:g}; it has {listed}")
    return int(near[0])
