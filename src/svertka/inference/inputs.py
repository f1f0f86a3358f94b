"""What a person gives to be predicted: files, folders, arrays and tables, one after another."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.axes import arranged, check
from svertka.data.formats import Opening, read
from svertka.data.formats.netcdf import opened
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels, Raster, plain, shown
from svertka.data.samples import Samples
from svertka.data.sets import hdf5, idx, manifests, molecules, netcdf
from svertka.data.sets.arrays import archive, load
from svertka.data.sets.folders import images
from svertka.data.sets.keys import role
from svertka.data.sets.registry import NAMED
from svertka.errors import DataError

Input = str | Path | Pixels


@dataclass(frozen=True)
class Item:
    """One image to be predicted: where it is from, and how to read it."""

    name: str
    read: Callable[[], Raster]


def items(inputs: Iterable[Input], preprocess: Preprocess, opening: Opening, axes: str | None) -> Iterator[Item]:
    """Every image among the inputs, in order.

    Folders are searched to the bottom, arrays taken apart, and tables looked up; a data set may be given by its name.

    Raises:
        DataError: an input is not there, or holds no image.
    """
    for each in inputs:
        if isinstance(each, np.ndarray):
            yield from _stacked("array", each, preprocess, axes)
            continue
        path = Path(each).expanduser()
        if path.exists():
            yield from _at(path, preprocess, opening, axes)
        elif str(each) in NAMED:
            yield from _sampled(NAMED[str(each)]().samples)
        else:
            raise DataError(f"there is no file or folder {path}")


def _at(path: Path, preprocess: Preprocess, opening: Opening, axes: str | None) -> Iterator[Item]:
    """Every image at a path."""
    ending = path.suffix.lower()
    if idx.matches(path):
        yield from _arrays(path, idx.images(path), preprocess, axes)
    elif path.is_dir():
        yield from _folder(path, opening)
    elif ending == ".npy":
        yield from _stacked(str(path), load(path), preprocess, axes)
    elif ending == ".npz":
        yield from _arrays(path, _meant(path, archive(path)), preprocess, axes)
    elif ending in hdf5.ENDINGS:
        yield from _arrays(path, _meant(path, hdf5.load(path)), preprocess, axes)
    elif molecules.matches(path):
        yield from _sampled(molecules.pictures(path, molecules.load(path)))
    elif netcdf.NETCDF.matches(path):
        yield from _sampled(netcdf.samples(path, opened(path)))
    elif ending in manifests.ENDINGS:
        yield from (_file(file, opening) for file in manifests.files(path))
    else:
        yield _file(path, opening)


def _file(path: Path, opening: Opening) -> Item:
    return Item(str(path), partial(read, path, opening))


def _sampled(samples: Samples) -> Iterator[Item]:
    for index in range(len(samples)):
        yield Item(samples.place(index), partial(samples.read, index))


def _folder(folder: Path, opening: Opening) -> Iterator[Item]:
    found = images(folder)
    if not found:
        raise DataError(f"{folder} holds no images")
    for path in found:
        yield _file(path, opening)


def _meant(path: Path, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays that hold images, by their names."""
    found = {key: arrays[key] for key in arrays if (role(key) or ("", ""))[1] == "images"}
    if not found:
        raise DataError(f"{path} holds {', '.join(arrays)}; wanted images, or x")
    return found


def _arrays(path: Path, arrays: Mapping[str, Any], preprocess: Preprocess, axes: str | None) -> Iterator[Item]:
    for key, array in arrays.items():
        yield from _stacked(f"{path}:{key}", array, preprocess, axes)


def _stacked(name: str, array: Pixels, preprocess: Preprocess, axes: str | None) -> Iterator[Item]:
    """The images of an array; one alone where it has just the axes of one."""
    try:
        axes = axes or _axes(array, preprocess)
        check(array.shape, axes)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    if "N" not in axes:
        yield Item(name, partial(_image, array, ..., axes))
        return
    if axes[0] != "N":
        raise DataError(f"{name}: the first axis must be samples (N), but axes are {axes}")
    for index in range(len(array)):
        yield Item(f"{name}[{index}]", partial(_image, array, index, axes[1:]))


def _image(array: Any, place: Any, axes: str) -> Raster:
    """One image of an array, which may lie in a file."""
    return plain(shown(arranged(np.asarray(array[place]), axes)))


def _axes(array: Pixels, preprocess: Preprocess) -> str:
    """What the axes of an array mean to a network that knows its rank and its channels."""
    rank, channels = preprocess.rank_before, preprocess.channels
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
