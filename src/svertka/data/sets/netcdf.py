"""netCDF: fields on latitudes and longitudes, sample by sample along time, with numbers that go with each."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet, Origin
from svertka.data.formats.netcdf import ENDINGS, Fields, opened
from svertka.data.samples import Arrays
from svertka.data.sets.registry import Layout, register
from svertka.data.sets.targets import with_targets
from svertka.errors import DataError
from svertka.settings import DataSettings


def read(path: Path, settings: DataSettings) -> DataSet:
    """The fields along the first axis, and what the setting `target` names, or else all that is known along it.

    Raises:
        DataError: there are no fields, or there is nothing to learn from them.
    """
    fields = opened(path)
    names = settings.target.split(",") if settings.target else _beside(fields)
    wrong = [name for name in names if name not in _along(fields)]
    if wrong or not names:
        what = f"nothing called {wrong[0]}" if wrong else "nothing to learn"
        along = f"; choose by --target among {', '.join(_along(fields))}" if _along(fields) else ""
        raise DataError(
            f"{path} holds {what} for each of its {len(fields)} samples of {', '.join(fields.variables)}{along}, or "
            "forecast them with --task forecast"
        )
    origin = Origin(path.stem, str(path), "netCDF", samples(path, fields))
    values = np.stack([_values(path, fields, name) for name in names], axis=1)
    return with_targets(origin, values, settings, columns=names)


def samples(path: Path, fields: Fields) -> Arrays:
    """The fields of a file as images to be counted and read."""
    return Arrays({path.name: fields}, "NCHW")


def _along(fields: Fields) -> list[str]:
    """The variables with one number for each sample."""
    return [name for name, each in fields.all.items() if fields.first and each.dimensions == (fields.first,)]


def _beside(fields: Fields) -> list[str]:
    """Those of them that are no mere coordinate."""
    return [name for name in _along(fields) if name != fields.first]


def _values(path: Path, fields: Fields, name: str) -> NDArray[np.float64]:
    values = fields.all[name].read()
    if not np.isfinite(values).all():
        raise DataError(f"{path}: {name} is missing for {np.count_nonzero(~np.isfinite(values))} of its samples")
    return values


NETCDF = register(Layout("netCDF", matches=lambda path: path.suffix.lower() in ENDINGS, open=read))
