"""Files that appear whole or not at all, however long they take to be written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from svertka.errors import DataError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place beside a file, to be written to; at the end it takes the file's place, in one step to everybody else.

    Whatever goes wrong before, the file stays what it was, and nothing lies beside it.

    Raises:
        DataError: the system does not let it be written, as where the disk is full.
    """
    part = beside(path)
    try:
        yield part
        _to_disk(part)
        part.replace(path)
        settle(path.parent)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Where a file is while it is being written."""
    return path.with_name(f".{path.name}.part")


def settle(folder: Path) -> None:
    """Bring a renaming itself to the disk, where the system lets folders be opened."""
    if os.name == "nt":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _to_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
