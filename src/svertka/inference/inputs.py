"""What a person gives to be predicted: files, folders and arrays, one after another."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from svertka.data.axes import arranged
from svertka.data.formats import Opening, read
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels, Raster, plain
from svertka.data.sets.arrays import load
from svertka.data.sets.folders import images
from svertka.data.sets.keys import role
from svertka.errors import DataError

ARRAYS = (".npy", ".npz")
Input = str | Path | Pixels


@dataclass(frozen=True)
class Item:
    """One image to be predicted: where it is from, and how to read it."""

    name: str
    read: Callable[[], Raster]


def items(inputs: Iterable[Input], preprocess: Preprocess, opening: Opening, axes: str | None) -> Iterator[Item]:
    """Every image among the inputs, in order; folders are searched to the bottom, arrays taken apart.

    Raises:
        DataError: an input is not there, or holds no image.
    """
    for each in inputs:
        if isinstance(each, np.ndarray):
            yield from _stacked("array", each, preprocess, axes)
            continue
        path = Path(each).expanduser()
        if not path.exists():
            raise DataError(f"there is no file or folder {path}")
        if path.is_dir():
            yield from _folder(path, opening)
        elif path.suffix in ARRAYS:
            yield from _arrays(path, preprocess, axes)
        else:
            yield _file(path, opening)


def _file(path: Path, opening: Opening) -> Item:
    return Item(str(path), partial(read, path, opening))


def _folder(folder: Path, opening: Opening) -> Iterator[Item]:
    found = images(folder)
    if not found:
        raise DataError(f"{folder} holds no images")
    for path in found:
        yield _file(path, opening)


def _arrays(path: Path, preprocess: Preprocess, axes: str | None) -> Iterator[Item]:
    found = load(path)
    if path.suffix == ".npy":
        yield from _stacked(str(path), found, preprocess, axes)
        return
    keys = [key for key in found.files if (role(key) or ("", ""))[1] == "images"]
    if not keys:
        raise DataError(f"{path} holds {', '.join(found.files)}; wanted images, or x")
    for key in keys:
        yield from _stacked(f"{path}:{key}", found[key], preprocess, axes)


def _stacked(name: str, array: Pixels, preprocess: Preprocess, axes: str | None) -> Iterator[Item]:
    """The images of an array; one alone where it has just the axes of one."""
    axes = axes or _axes(array, preprocess)
    if "N" not in axes:
        yield Item(name, partial(plain, arranged(np.asarray(array), axes)))
        return
    if axes[0] != "N":
        raise DataError(f"{name}: the first axis must be samples (N), but axes are {axes}")
    for index in range(len(array)):
        yield Item(f"{name}[{index}]", partial(plain, arranged(np.asarray(array[index]), axes[1:])))


def _axes(array: Pixels, preprocess: Preprocess) -> str:
    """What the axes of an array mean to a network that knows its rank and its channels."""
    rank, channels = preprocess.rank, preprocess.channels
    space = {1: "T", 2: "HW", 3: "DHW"}[rank]
    if array.ndim == rank:
        return space
    if array.ndim == rank + 1 and channels == 1:
        return "N" + space
    if array.ndim == rank + 1:
        return "C" + space if array.shape[0] == channels else space + "C"
    if array.ndim == rank + 2:
        return "NC" + space if array.shape[1] == channels else "N" + space + "C"
    raise DataError(
        f"an array of shape {array.shape} holds no images of {rank} axes; say what its axes are with --axes"
    )
