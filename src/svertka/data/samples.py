"""Images one can count and read one by one, wherever they lie."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from svertka.data.axes import arranged, check
from svertka.data.formats import Opening, peek, read
from svertka.data.rasters import Colour, Header, Pixels, Raster, colour_of, kind, shown
from svertka.errors import DataError

Indices = NDArray[np.intp]


class Samples(Protocol):
    """What every source of images offers."""

    def __len__(self) -> int: ...

    def key(self, index: int) -> str:
        """A name that stays when the whole data set moves."""

    def place(self, index: int) -> str:
        """Where it lies, for a person."""

    def peek(self, index: int) -> Header:
        """What is known before decoding."""

    def read(self, index: int) -> Raster:
        """The image."""

    def block(self, indices: Indices) -> Pixels | None:
        """Several images of one shape at once, `(samples, channels, *sizes)`, where that is quicker; else `None`."""


@dataclass(frozen=True)
class Files:
    """An image in each file; keys are paths below `root`."""

    paths: Sequence[Path]
    root: Path
    opening: Opening = field(default=Opening())

    def __len__(self) -> int:
        return len(self.paths)

    def key(self, index: int) -> str:
        path = self.paths[index]
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()

    def place(self, index: int) -> str:
        return str(self.paths[index])

    def peek(self, index: int) -> Header:
        return peek(self.paths[index], self.opening)

    def read(self, index: int) -> Raster:
        return read(self.paths[index], self.opening)

    def block(self, indices: Indices) -> Pixels | None:
        return None


class Arrays:
    """An image at each place along the first axis of an array, or of several behind one another.

    An array is anything with a shape and a dtype that gives a NumPy array for an index: NumPy's own, memory maps,
    HDF5 data sets.
    """

    def __init__(self, arrays: dict[str, Any], axes: str, *, colour: Colour | None = None) -> None:
        self.axes = axes
        self.names = list(arrays)
        self.arrays = list(arrays.values())
        self.ends = np.cumsum([len(array) for array in self.arrays])
        for name, array in arrays.items():
            if not axes.startswith("N"):
                raise DataError(f"{name}: the first axis must be samples (N), but axes are {axes}")
            if array.dtype.kind not in "buif":
                raise DataError(f"{name} holds {array.dtype}, not numbers")
            check(array.shape, axes)
        self.headers = [self._header(array, colour) for array in self.arrays]

    def __len__(self) -> int:
        return int(self.ends[-1])

    def key(self, index: int) -> str:
        which, within = self._find(index)
        return f"{self.names[which]}[{within}]"

    place = key

    def peek(self, index: int) -> Header:
        return self.headers[self._find(index)[0]]

    def read(self, index: int) -> Raster:
        which, within = self._find(index)
        pixels = arranged(np.asarray(self.arrays[which][within]), self.axes[1:])
        return Raster(shown(pixels), self.headers[which].colour)

    def block(self, indices: Indices) -> Pixels | None:
        which, first = self._find(int(indices[0]))
        last, _ = self._find(int(indices[-1]))
        start = int(indices[0])
        if which != last or (np.diff(indices) != 1).any():
            return None
        pixels = np.asarray(self.arrays[which][first : first + int(indices[-1]) - start + 1])
        return shown(arranged(pixels, self.axes))

    def _find(self, index: int) -> tuple[int, int]:
        which = int(np.searchsorted(self.ends, index, side="right"))
        return which, index - (int(self.ends[which - 1]) if which else 0)

    def _header(self, array: Any, colour: Colour | None) -> Header:
        shape = dict(zip(self.axes, array.shape, strict=True))
        channels = shape.get("C", 1)
        sizes = tuple(shape[axis] for axis in "TDHW" if axis in shape)
        dtype = "uint8" if array.dtype == bool else kind(array.dtype)
        return Header(channels, sizes, dtype, colour or colour_of(channels, len(sizes), dtype))


@dataclass(frozen=True)
class Chosen:
    """Some of other samples, in another order."""

    samples: Samples
    indices: Indices

    def __len__(self) -> int:
        return len(self.indices)

    def key(self, index: int) -> str:
        return self.samples.key(int(self.indices[index]))

    def place(self, index: int) -> str:
        return self.samples.place(int(self.indices[index]))

    def peek(self, index: int) -> Header:
        return self.samples.peek(int(self.indices[index]))

    def read(self, index: int) -> Raster:
        return self.samples.read(int(self.indices[index]))

    def block(self, indices: Indices) -> Pixels | None:
        return self.samples.block(self.indices[indices])
