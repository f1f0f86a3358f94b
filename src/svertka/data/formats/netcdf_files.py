"""What is in a netCDF file: named variables with named axes, in version 3 by SciPy, in version 4 (HDF5) by h5netcdf."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from svertka.data.rasters import Pixels
from svertka.errors import DataError, MissingExtra

ATTRIBUTES = ("units", "standard_name", "scale_factor", "add_offset", "_FillValue", "missing_value")
NORTH = {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen"}
EAST = {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee"}
Index = int | tuple[int | slice, ...] | EllipsisType


@dataclass(frozen=True)
class Variable:
    """An array in a file that stays open, read as it is wanted."""

    load: Callable[[Index], Any]
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attributes: dict[str, Any]

    def read(self, index: Index = ...) -> NDArray[np.float64]:
        """Its values, unpacked by `scale_factor` and `add_offset`; `_FillValue` and `missing_value` become NaN."""
        raw = np.array(self.load(index))
        gaps = np.zeros(raw.shape, bool)
        for name in ("_FillValue", "missing_value"):
            if self.attributes.get(name) is not None:
                gaps |= np.isin(raw, self.attributes[name])
        values = raw.astype(np.float64) * _number(self, "scale_factor", 1) + _number(self, "add_offset", 0)
        return np.where(gaps, np.nan, values)

    def points(self, units: set[str], name: str) -> bool:
        """Whether it is a coordinate in such units, or of such a standard name (CF conventions, 4.1 and 4.2)."""
        named = str(self.attributes.get("standard_name")) == name
        return named or str(self.attributes.get("units")).lower() in units


def variables(path: Path) -> dict[str, Variable]:
    """All that hold numbers, by their names.

    Raises:
        DataError: it is no netCDF file.
        MissingExtra: h5netcdf is not installed, and the file wants it.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic in (b"CDF\1", b"CDF\2"):
        return _listed(netcdf_file(path, mmap=True), lambda found, name: getattr(found, name, None))
    if magic == b"\x89HDF":
        return _listed(_modern(path), lambda found, name: found.attrs.get(name))
    raise DataError("it is no netCDF file of version 3 or 4")


def axis(found: dict[str, Variable], units: set[str], name: str) -> set[str]:
    """The dimensions along which a coordinate of this kind runs."""
    return {each.dimensions[0] for each in found.values() if len(each.shape) == 1 and each.points(units, name)}


def coordinate(found: dict[str, Variable], dimension: str, size: int) -> NDArray[np.float64]:
    """The values along a dimension; places from 0 on where the file has none."""
    own = found.get(dimension)
    return own.read() if own is not None and own.dimensions == (dimension,) else np.arange(size, dtype=np.float64)


def _listed(file: Any, attribute: Callable[[Any, str], Any]) -> dict[str, Variable]:
    return {
        name: Variable(
            _loader(file, name), tuple(each.dimensions), tuple(each.shape), _dtype(each),
            {key: _plain(attribute(each, key)) for key in ATTRIBUTES},
        )
        for name, each in file.variables.items()
        if _dtype(each).kind in "buif"
    }  # fmt: skip


def _loader(file: Any, name: str) -> Callable[[Index], Pixels]:
    """A way to a variable that holds on to nothing but its file, which can then close itself."""
    return lambda index: np.array(file.variables[name][index])


def _modern(path: Path) -> Any:
    try:
        import h5netcdf
    except ImportError:
        raise MissingExtra(f"{path}: netCDF 4", "h5netcdf", "sphere") from None
    return h5netcdf.File(path, "r")


def _dtype(found: Any) -> np.dtype[Any]:
    dtype: np.dtype[Any] = np.dtype(found.data.dtype if hasattr(found, "data") else found.dtype)
    return dtype


def _plain(value: Any) -> Any:
    """An attribute as text or numbers, whichever way a library gives it."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _number(found: Variable, name: str, default: float) -> float:
    value = found.attributes.get(name)
    return default if value is None else float(np.ravel(value)[0])
