"""Writing Zarr by windows; its chunks are the tiles, so several processes may write at once."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form
from svertka.data.windows.axes import in_order, natural, shape_of
from svertka.data.windows.forms import Window, pieces, spelled
from svertka.errors import MissingExtra, ShapeError

LETTERS = {"C": "c", "D": "z", "H": "y", "W": "x", "T": "t"}  # as OME names dimensions


class ZarrFile:
    """An array of format 3, with the names of its dimensions."""

    def __init__(self, path: Path, form: Form) -> None:
        zarr = _zarr()
        self.path, self.form = path, form
        self.array = zarr.open_array(path, mode="r+")
        self.tile = self.array.chunks[-len(form.sizes) :]

    def write(self, window: Window, values: Pixels) -> None:
        """Values of whole tiles.

        Raises:
            ShapeError: the window cuts a tile, which another process may be writing.
        """
        edges = zip(window, self.tile, self.form.sizes, strict=True)
        if any(part.start % side or (part.stop % side and part.stop != size) for part, side, size in edges):
            raise ShapeError(f"window {spelled(window)} cuts tiles of {'x'.join(map(str, self.tile))}")
        place, found = in_order(self.form, window, values)
        self.array[place] = found

    def settle(self, window: Window) -> None:
        channel = (0,) * (len(self.array.chunks) - len(self.tile))
        for part in pieces(window, self.tile):
            numbers = (side.start // size for side, size in zip(part, self.tile, strict=True))
            # A tile of nothing but zeros has no file.
            with suppress(FileNotFoundError):
                _to_disk(self.path / self.array.metadata.encode_chunk_key((*channel, *numbers)))

    def close(self) -> None:
        """Nothing is open between writings."""


def make_zarr(path: Path, form: Form, tile: tuple[int, ...]) -> None:
    """An array without chunks, which are zeros."""
    shape = shape_of(form)
    names = [LETTERS[letter] for letter in natural(form.channels, len(form.sizes))]
    chunks = (*shape[: len(shape) - len(tile)], *map(min, tile, form.sizes))
    _zarr().create_array(path, shape=shape, chunks=chunks, dtype=form.dtype, dimension_names=names)


def _zarr() -> Any:
    try:
        import zarr
    except ImportError:
        raise MissingExtra("writing Zarr", "zarr", "science") from None
    return zarr


def _to_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
