"""netCDF: fields on latitudes and longitudes, with one channel for each variable and level."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from svertka.data.formats.netcdf_files import EAST, NORTH, Index, Variable, axis, coordinate, variables
from svertka.data.formats.pages import settle
from svertka.data.formats.registry import Format, Opening, register, with_name
from svertka.data.rasters import Header, Pixels, Raster, colour_of, plain
from svertka.errors import DataError

ENDINGS = (".nc", ".nc4", ".cdf")


class Fields:
    """The fields in a file as an array `(samples, channels, rows, columns)`, read as they are wanted.

    All variables with an axis of latitudes and one of longitudes are channels, with one for each level or whatever
    other axes there are. Samples are along the first of these axes, as time; what does not change along it is a
    channel of every sample. North is up, and rows that go around the earth begin at Greenwich and go eastwards. Numbers
    are float32, and NaN where there are gaps.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, path: Path) -> None:
        self.all = variables(path)
        self.latitude, self.longitude = self._axes()
        self.variables = {name: each for name, each in self.all.items() if self._is_field(each)}
        others = [name for each in self.variables.values() for name in each.dimensions if name not in self._plane]
        self.first = others[0] if others else None
        north, east = self._coordinate(self.latitude), self._coordinate(self.longitude)
        self.rows, self.columns = np.argsort(-north), eastwards(east)
        self.latitudes, self.longitudes = north[self.rows], np.unwrap(east[self.columns], period=360)
        self.names = [name for each in self.variables for name in self._names(each)]
        self.shape = (self._length(self.first), len(self.names), len(self.rows), len(self.columns))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: int | slice) -> NDArray[np.float32]:
        if isinstance(index, slice):
            return np.stack([self[place] for place in range(len(self))[index]])
        found = [self.planes(each, {self.first: index} if self.first else {}) for each in self.variables.values()]
        return np.concatenate([planes.reshape(-1, *self.shape[2:]) for planes in found])

    @property
    def _plane(self) -> tuple[str, str]:
        return self.latitude, self.longitude

    def planes(self, variable: Variable, places: dict[str, int]) -> NDArray[np.float32]:
        """What a variable holds at places along other axes, `(..., rows, columns)`."""
        index: Index = tuple(places.get(name, slice(None)) for name in variable.dimensions)
        left = [name for name in variable.dimensions if name not in places]
        planes = np.moveaxis(variable.read(index), [left.index(name) for name in self._plane], [-2, -1])
        return planes[..., self.rows, :][..., self.columns].astype(np.float32)

    def levels(self, dimension: str) -> NDArray[np.float64]:
        """The values along an axis."""
        return coordinate(self.all, dimension, self._length(dimension))

    def _axes(self) -> tuple[str, str]:
        pairs = {
            (latitude, longitude)
            for latitude in axis(self.all, NORTH, "latitude")
            for longitude in axis(self.all, EAST, "longitude")
            if any({latitude, longitude} <= set(each.dimensions) for each in self.all.values())
        }
        if len(pairs) != 1:
            held = "none" if not pairs else "fields on " + " and ".join(f"{a} by {b}" for a, b in sorted(pairs))
            raise DataError(
                f"wanted fields along one axis in degrees_north and one in degrees_east, found {held} among the "
                f"variables {', '.join(self.all) or '(none)'}"
            )
        return pairs.pop()

    def _is_field(self, variable: Variable) -> bool:
        return set(self._plane) <= set(variable.dimensions)

    def _coordinate(self, dimension: str) -> NDArray[np.float64]:
        units, name = (NORTH, "latitude") if dimension == self.latitude else (EAST, "longitude")
        return next(
            each.read() for each in self.all.values() if each.dimensions == (dimension,) and each.points(units, name)
        )

    def _length(self, dimension: str | None) -> int:
        lengths = (dict(zip(each.dimensions, each.shape, strict=True)) for each in self.all.values())
        return next((sizes[dimension] for sizes in lengths if dimension in sizes), 1)

    def _names(self, variable: str) -> list[str]:
        """What each channel of a variable is called: `u`, or `u level 200`."""
        names = [variable]
        for dimension in self.variables[variable].dimensions:
            if dimension not in (*self._plane, self.first):
                names = [f"{name} {dimension} {value:g}" for name in names for value in self.levels(dimension)]
        return names


def eastwards(longitudes: NDArray[np.float64]) -> NDArray[np.intp]:
    """The order in which columns go eastwards: from Greenwich once around where they cover the earth."""
    steps = np.abs(np.diff(longitudes))
    step = np.median(steps) if len(steps) else 360.0
    if abs(len(longitudes) * step - 360) > 1.1 * step:
        return np.argsort(longitudes)
    places = np.round(longitudes % 360 / step, 2) % round(360 / step, 2)
    return np.asarray(np.unique(places, return_index=True)[1])


def opened(path: Path) -> Fields:
    """The fields in a file, left there.

    Raises:
        DataError: it cannot be read, or holds none; the message names the file.
        MissingExtra: its version needs a package that is not installed.
    """
    return with_name(path, lambda _: Fields(path))


def read(path: Path, opening: Opening) -> Raster:
    """One image: samples are channels, too, unless the setting `pages` says that they are depth, or which to take."""
    fields = Fields(path)
    if opening.pages.isdigit() and int(opening.pages) < len(fields):
        opening.admit(fields.shape[1:])
        return plain(fields[int(opening.pages)])
    opening.admit(fields.shape)
    return plain(settle(fields[:], "channels" if opening.pages == "auto" else opening.pages))


def peek(path: Path, opening: Opening) -> Header:
    """Its shape, without reading any values."""
    fields = Fields(path)
    opening.admit(fields.shape[opening.pages.isdigit() :])
    pixels: Pixels = np.broadcast_to(np.float32(0), fields.shape)
    shape = settle(pixels, "channels" if opening.pages == "auto" else opening.pages).shape
    return Header(shape[0], shape[1:], "float", colour_of(shape[0], len(shape) - 1, "float"))


NETCDF = register(Format("netCDF", ENDINGS, read=read, peek=peek))
