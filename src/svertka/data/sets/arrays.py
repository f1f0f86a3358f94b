"""NumPy's .npz with images and labels in it, and folders of .npy files named likewise."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet
from svertka.data.sets import keys
from svertka.data.sets.registry import Layout, register
from svertka.errors import DataError
from svertka.settings import DataSettings


def read(path: Path, settings: DataSettings) -> DataSet:
    """What an archive or a folder holds; a single .npy stands for its folder."""
    folder = path.parent if path.suffix.lower() == ".npy" else path
    if folder.is_dir():
        name, arrays = folder.resolve().name, {file.stem: load(file) for file in sorted(folder.glob("*.npy"))}
    else:
        name, arrays = path.stem, archive(path)
    return keys.read(arrays, settings, name=name, source=str(path), layout="NumPy arrays")


def load(path: Path) -> NDArray[Any]:
    """The array in a .npy file, mapped and not read.

    Raises:
        DataError: the file is damaged, or holds objects instead of numbers.
    """
    with _named(path):
        return np.lib.format.open_memmap(path, mode="r")


def archive(path: Path) -> dict[str, Any]:
    """The arrays in a .npz file that are called as images or targets are; of any others only the names.

    Raises:
        DataError: the file is damaged, or holds objects instead of numbers.
    """
    with _named(path), path.open("rb") as file, np.load(file, allow_pickle=False) as found:
        return {key: found[key] if keys.role(key) else None for key in found.files}


def everything(path: Path) -> dict[str, Any]:
    """All arrays in a .npz file.

    Raises:
        DataError: the file is damaged, or holds objects instead of numbers.
    """
    with _named(path), path.open("rb") as file, np.load(file, allow_pickle=False) as found:
        return dict(found)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, EOFError, OSError, BadZipFile, ZlibError, AttributeError, TypeError) as error:
        # An array that is called an archive comes as the last two.
        raise DataError(f"{path} cannot be read as a NumPy array: {error}") from None


def matches(path: Path) -> bool:
    """Whether images and targets lie there as arrays."""
    if path.is_dir():
        return keys.complete({file.stem: None for file in path.glob("*.npy")})
    return path.suffix.lower() in (".npz", ".npy")


ARRAYS = register(Layout("NumPy arrays", matches=matches, open=read))
