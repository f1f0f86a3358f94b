"""Files that are read and written in tiles, each of which is marked once it is written."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from svertka.data.formats import Opening
from svertka.data.rasters import Pixels
from svertka.data.windows import Opened, Window, Written
from svertka.data.windows import created as made
from svertka.data.windows import opened as found


class Marked:
    """A file whose windows count as finished as soon as they are written."""

    def __init__(self, file: Written) -> None:
        self.file = file

    @property
    def dtype(self) -> np.dtype[np.generic]:
        return self.file.form.dtype

    def write(self, window: Window, values: Pixels) -> None:
        self.file.write(window, values)
        self.file.mark(window)

    def done(self, window: Window) -> bool:
        return self.file.done(window)

    def close(self) -> None:
        """Put the file into its place if all of it is written; else it waits for the same job to go on."""
        self.file.close()


def opened(path: Path, *, axes: str | None = None, opening: Opening = Opening()) -> Opened:  # noqa: B008
    """An image in a file, of one of the formats that `data.windows.opened` knows.

    Raises:
        DataError: it cannot be read, or holds several images.
        MissingExtra: its format needs a package that is not installed.
    """
    return found(path, axes=axes, opening=opening)


def created(
    path: Path, *, channels: int, sizes: Sequence[int], dtype: DTypeLike, tile: Sequence[int],
    like: Opened | None = None, job: str = "", overwrite: bool = False,
) -> Marked:  # fmt: skip
    """A file to be filled, or gone on with where the same job was interrupted, as `data.windows.created` makes it.

    Raises:
        SettingError: its ending is of no format that is written in windows.
        DataError: it cannot be written, is there already, or was begun by another job.
    """
    return Marked(
        made(
            path, channels=channels, sizes=sizes, dtype=dtype, tile=tile, like=like, job=job, overwrite=overwrite
        )
    )  # fmt: skip
