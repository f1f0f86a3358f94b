"""MNIST's files: images and labels in IDX, packed by gzip or not."""

import gzip
import re
from math import prod
from pathlib import Path
from zlib import error as ZlibError

import numpy as np

from svertka.data.datasets import DataSet, Origin, classified
from svertka.data.rasters import Pixels
from svertka.data.samples import Arrays
from svertka.data.sets.registry import Layout, register
from svertka.errors import DataError
from svertka.settings import DataSettings

# The type of the numbers, by the third byte of the file; all are big-endian.
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
NAME = re.compile(r"^(.*?)(train|t10k|test)-(images|labels)[-.]idx\d-ubyte(\.gz)?$")
PART = {"train": "train", "t10k": "test", "test": "test"}


def read(root: Path, settings: DataSettings) -> DataSet:
    """Images and labels of the parts that are there."""
    prefixes = sorted({found[1] for found in _names(root)})
    if len(prefixes) > 1:
        raise DataError(f"{root} holds several data sets ({', '.join(prefixes)}); put each into a folder of its own")
    files = {(found[2], found[3]): root / found[0] for found in _names(root)}
    names = [name for name in ("train", "t10k", "test") if (name, "images") in files]
    images: dict[str, Pixels] = {}
    labels: list[int] = []
    parts: list[str] = []
    for name in names:
        path = files[name, "images"]
        if (name, "labels") not in files:
            raise DataError(f"{path} has no labels beside it: wanted {path.name.replace('images', 'labels')}")
        images[path.name] = load(path)
        known = load(files[name, "labels"])
        if len(known) != len(images[path.name]):
            raise DataError(f"{files[name, 'labels']} has {len(known)} labels for the images of {path.name}")
        labels += known.tolist()
        parts += [PART[name]] * len(known)
    axes = settings.axes or ("NHW" if next(iter(images.values())).ndim == 3 else "NHWC")
    marks = parts if len(names) > 1 else None
    return classified(Origin(root.resolve().name, str(root), "IDX files", Arrays(images, axes), marks), labels)


def load(path: Path) -> Pixels:
    """The array in an IDX file.

    Raises:
        DataError: the file is damaged, or no IDX file.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, ZlibError, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is damaged: {error}") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise DataError(f"{path} is no IDX file: it begins with {content[:4]!r}")
    begin = 4 + 4 * content[3]
    if content[3] == 0 or len(content) < begin:
        raise DataError(f"{path} is damaged: it ends before its sizes do")
    shape = tuple(np.frombuffer(content[4:begin], ">u4").tolist())
    dtype = np.dtype(TYPES[content[2]])
    if len(content) - begin != prod(shape) * dtype.itemsize:
        raise DataError(
            f"{path} is damaged: {shape} numbers need {prod(shape) * dtype.itemsize} bytes, not {len(content) - begin}"
        )
    return np.frombuffer(content[begin:], dtype).reshape(shape)


def images(root: Path) -> dict[str, Pixels]:
    """All arrays of images in a folder, by the names of their files."""
    return {found[0]: load(root / found[0]) for found in _names(root) if found[3] == "images"}


def _names(root: Path) -> list[re.Match[str]]:
    return [found for path in sorted(root.iterdir()) if (found := NAME.match(path.name))]


def matches(path: Path) -> bool:
    """Whether MNIST's image files lie there."""
    return path.is_dir() and any(found[3] == "images" for found in _names(path))


IDX = register(Layout("IDX files", matches=matches, open=read))
