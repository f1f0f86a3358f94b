"""HDF5, by h5py: images stay in the file and are read as they are wanted."""

from pathlib import Path
from typing import Any

from svertka.data.datasets import DataSet
from svertka.data.sets import keys
from svertka.data.sets.registry import Layout, register
from svertka.errors import DataError, MissingExtra
from svertka.settings import DataSettings


def read(path: Path, settings: DataSettings) -> DataSet:
    """Images and targets by the names of the data sets in a file."""
    return keys.read(load(path), settings, name=path.stem, source=str(path), layout="HDF5")


def load(path: Path) -> dict[str, Any]:
    """The data sets in a file, in groups or not, by their names; they are read as they are wanted.

    Raises:
        DataError: the file is damaged.
        MissingExtra: h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise MissingExtra(f"{path}: HDF5", "h5py", "science") from None
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise DataError(f"{path} cannot be read as HDF5: {error}") from None
    arrays: dict[str, Any] = {}
    file.visititems(lambda key, item: arrays.update({key: item}) if isinstance(item, h5py.Dataset) else None)
    return arrays


ENDINGS = (".h5", ".hdf5")
HDF5 = register(Layout("HDF5", matches=lambda path: path.suffix.lower() in ENDINGS, open=read))
