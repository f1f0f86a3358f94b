"""Files that are read and written in windows, by their endings."""

from pathlib import Path
from typing import Any

from svertka.errors import SettingError
from svertka.inference.tiles.places import FileSink, FileSource, Source

ENDINGS = (".npy",)


def opened(path: Path, *, axes: str | None = None) -> FileSource:
    """An image in a file.

    Raises:
        SettingError: its ending is of no format that is read in windows.
        DataError: it cannot be read.
    """
    _check(path)
    return FileSource(path, axes)


def created(path: Path, *, channels: int, sizes: tuple[int, ...], dtype: Any, like: Source) -> FileSink:
    """A file to be filled, or gone on with where a job was interrupted.

    Raises:
        SettingError: its ending is of no format that is written in windows.
        DataError: it cannot be written, or holds something else.
    """
    _check(path)
    return FileSink(path, channels, sizes, dtype)


def _check(path: Path) -> None:
    if path.suffix.lower() not in ENDINGS:
        raise SettingError(f"{path} cannot be read or written in tiles: its name should end in {', '.join(ENDINGS)}")
