"""Frames in order of time, in HDF5, netCDF or NumPy's files; several files are stretches with gaps between them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.axes import guessed
from svertka.data.datasets import DataSet, Origin, placed
from svertka.data.formats import netcdf
from svertka.data.samples import Arrays
from svertka.data.sequences import Sequences, lags_of
from svertka.data.sets import arrays, hdf5
from svertka.data.sets.registry import Layout, register
from svertka.data.truths import Following
from svertka.errors import DataError
from svertka.settings import DataSettings

ENDINGS = (*hdf5.ENDINGS, *netcdf.ENDINGS, ".npy", ".npz")


def read(path: Path, settings: DataSettings) -> DataSet:
    """Every frame that has enough others before it, with those; files of a folder in order of their names.

    Raises:
        DataError: there are no frames, too few, or of different kinds.
    """
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS) if path.is_dir() else [path]
    if not found or found[0].suffix.lower() not in ENDINGS:
        raise DataError(f"{path} holds no sequence of frames: wanted {', '.join(ENDINGS)}, with time as the first axis")
    stretches = [_stretch(file, settings) for file in found]
    kinds = {str(stretch.peek(0)) for stretch in stretches}
    if len(kinds) > 1:
        raise DataError(f"the frames in {path} differ in kind: {', '.join(sorted(kinds))}")
    samples = Sequences(stretches, lags_of(settings.lags))
    if len(samples) < 3:
        raise DataError(f"{path} has too few frames to look {samples.reach} of them back; see --lags")
    columns = [f"channel {place}" for place in range(stretches[0].peek(0).channels)]
    origin = Origin(path.stem, str(path), "sequence of frames", samples)
    return placed(origin, Following(samples, np.arange(len(samples))), columns=columns)


def _stretch(file: Path, settings: DataSettings) -> Arrays:
    name, frames = _frames(file, _arrays(file))
    fields = file.suffix.lower() in netcdf.ENDINGS
    try:
        axes = settings.axes or ("NCHW" if fields else "N" + guessed(frames.shape[1:]))
        return Arrays({f"{file.name}:{name}": frames}, axes)
    except DataError as error:
        raise DataError(f"{file}: {error}") from None


def _arrays(file: Path) -> Mapping[str, Any]:
    if file.suffix.lower() in hdf5.ENDINGS:
        return hdf5.load(file)
    if file.suffix.lower() in netcdf.ENDINGS:
        return {file.stem: netcdf.opened(file)}
    return {file.stem: arrays.load(file)} if file.suffix.lower() == ".npy" else arrays.everything(file)


def _frames(file: Path, found: Mapping[str, Any]) -> tuple[str, Any]:
    """The one array that can be frames."""
    likely = {name: array for name, array in found.items() if len(array.shape) > 1 and array.dtype.kind in "buif"}
    if len(likely) != 1:
        listed = ", ".join(f"{name} {array.shape}" for name, array in found.items())
        raise DataError(f"{file} holds {listed or 'nothing'}; wanted one array of frames, with time as the first axis")
    return next(iter(likely.items()))


SEQUENCES = register(Layout("sequence of frames", matches=Path.exists, open=read, task="forecast"))
