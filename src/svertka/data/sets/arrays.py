"""NumPy's .npz with images and labels in it, and folders of .npy files named likewise."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from svertka.data.datasets import DataSet
from svertka.data.sets import keys
from svertka.data.sets.registry import Layout, register
from svertka.errors import DataError
from svertka.settings import DataSettings


def read(path: Path, settings: DataSettings) -> DataSet:
    """What an archive or a folder holds; a single .npy stands for its folder."""
    folder = path.parent if path.suffix == ".npy" else path
    arrays = _folder(folder) if folder.is_dir() else _archive(path)
    return keys.read(arrays, settings, name=folder.resolve().stem, source=str(path), layout="NumPy arrays")


def load(path: Path) -> Any:
    """The array in a .npy file, mapped and not read; or the archive in a .npz.

    Raises:
        DataError: the file is damaged, or holds objects instead of numbers.
    """
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError, BadZipFile) as error:
        raise DataError(f"{path} cannot be read as a NumPy array: {error}") from None


def _folder(folder: Path) -> Mapping[str, Any]:
    return {path.stem: load(path) for path in sorted(folder.glob("*.npy"))}


def _archive(path: Path) -> Mapping[str, Any]:
    found = load(path)
    try:
        return {key: found[key] for key in found.files if keys.role(key)} or dict.fromkeys(found.files)
    except (ValueError, EOFError, OSError, BadZipFile) as error:
        raise DataError(f"{path} is damaged: {error}") from None


def matches(path: Path) -> bool:
    """Whether images and targets lie there as arrays."""
    if path.is_dir():
        return keys.complete({file.stem: None for file in path.glob("*.npy")})
    return path.suffix in (".npz", ".npy")


ARRAYS = register(Layout("NumPy arrays", matches=matches, open=read))
