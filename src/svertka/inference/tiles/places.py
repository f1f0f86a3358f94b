"""Where images come from and go to, window by window: what is asked of them, and those that NumPy has at hand."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.lib import format as npy

from svertka.data.axes import arranged, guessed
from svertka.data.rasters import Pixels, shown
from svertka.data.replacing import settle
from svertka.errors import DataError
from svertka.geometry import times
from svertka.inference.tiles.boxes import Window


@runtime_checkable
class Source(Protocol):
    """An image `(channels, *sizes)` that is read in windows, one slice for each of its sizes."""

    @property
    def channels(self) -> int: ...

    @property
    def sizes(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def read(self, window: Window) -> Pixels:
        """Pixels `(channels, *window)`."""


@runtime_checkable
class Sink(Protocol):
    """An image that is written in windows, `(channels, *window)`, and remembers which are finished."""

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def write(self, window: Window, values: Pixels) -> None: ...

    def done(self, window: Window) -> bool:
        """Whether this window was written, in this process or in one before."""


class ArraySource:
    """An array `(channels, *sizes)`, in memory or mapped into it."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.channels, self.sizes, self.dtype = pixels.shape[0], tuple(pixels.shape[1:]), pixels.dtype

    def read(self, window: Window) -> Pixels:
        return np.array(self.pixels[(slice(None), *window)])


class ArraySink:
    """An array in memory."""

    def __init__(self, channels: int, sizes: tuple[int, ...], dtype: Any = np.float32) -> None:
        self.pixels = np.zeros((channels, *sizes), dtype)
        self.dtype = self.pixels.dtype
        self.finished: set[str] = set()

    def write(self, window: Window, values: Pixels) -> None:
        self.pixels[(slice(None), *window)] = values
        self.finished.add(written(window))

    def done(self, window: Window) -> bool:
        return written(window) in self.finished


class FileSource:
    """An `.npy`, mapped anew for each window, so that what was read does not stay in memory."""

    def __init__(self, path: Path, axes: str | None = None) -> None:
        self.path = path
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read as .npy: {error}") from None
        self.axes = axes or guessed(array.shape)
        pixels = arranged(array, self.axes)
        if "N" in self.axes:
            raise DataError(f"{path} holds {len(array)} images; wanted one, as CHW or HW")
        self.channels, self.sizes = pixels.shape[0], tuple(pixels.shape[1:])
        self.dtype = shown(np.zeros([min(size, 1) for size in array.shape], array.dtype)).dtype.newbyteorder("=")

    def read(self, window: Window) -> Pixels:
        array = arranged(np.load(self.path, mmap_mode="r", allow_pickle=False), self.axes)
        return np.array(shown(array[(slice(None), *window)]), self.dtype)


class FileSink:
    """An `.npy` that is filled in place, with a list of the finished windows beside it until all are.

    A window is on the list once its values are on the disk, so a job may be killed at any instant and go on later. The
    axis of channels is left out where there is one only.
    """

    def __init__(self, path: Path, channels: int, sizes: tuple[int, ...], dtype: Any) -> None:
        self.path, self.dtype = path, np.dtype(dtype)
        self.single = channels == 1
        shape = tuple(sizes) if self.single else (channels, *sizes)
        self.list = path.with_name(f".{path.name}.tiles")
        self.finished = set(_lines(self.list)) if path.exists() else set()
        if not path.exists():
            self.list.unlink(missing_ok=True)
            self._lay(shape)
        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if found.shape != shape or found.dtype != self.dtype:
            raise DataError(
                f"{path} is there already and holds {times(found.shape)} of {found.dtype}, where "
                f"{times(shape)} of {self.dtype} are to come; remove it"
            )

    def write(self, window: Window, values: Pixels) -> None:
        where = window if self.single else (slice(None), *window)
        try:
            pixels: Any = np.load(self.path, mmap_mode="r+", allow_pickle=False)
            pixels[where] = values[0] if self.single else values
            pixels.flush()
            self._remember(written(window))
        except OSError as error:
            raise DataError(
                f"cannot write {self.path}: {error.strerror or error}; go on with the same command"
            ) from error
        self.finished.add(written(window))

    def done(self, window: Window) -> bool:
        return written(window) in self.finished

    def close(self) -> None:
        """Forget the list: everything is written."""
        with suppress(OSError):
            self.list.unlink(missing_ok=True)

    def _lay(self, shape: tuple[int, ...]) -> None:
        """An empty file of full length; the room for it is taken at once, where the system can."""
        part = self.path.with_name(f".{self.path.name}.part")
        try:
            with part.open("wb") as file:
                header = {"descr": self.dtype.str, "fortran_order": False, "shape": shape}
                npy.write_array_header_2_0(file, header)
                size = file.tell() + int(np.prod(shape, dtype=object)) * self.dtype.itemsize
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size)
                file.truncate(size)
                os.fsync(file.fileno())
            part.replace(self.path)
            settle(self.path.parent)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DataError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _remember(self, name: str) -> None:
        with self.list.open("a", encoding="ascii") as file:
            file.write(f"{name} .\n")
            file.flush()
            os.fsync(file.fileno())


def written(window: Window) -> str:
    """A window as one word: `0:512,512:1024`."""
    return ",".join(f"{cut.start}:{cut.stop}" for cut in window)


def _lines(path: Path) -> list[str]:
    """The windows on a list; a line that was not finished does not count."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    return [line.removesuffix(" .") for line in lines if line.endswith(" .")]
