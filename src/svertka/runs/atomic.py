"""Writing a file wholly or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from svertka.data.replacing import beside, settle
from svertka.errors import RunError

__all__ = ["beside", "write"]


def write(path: Path, content: str | bytes) -> None:
    """Put this content into a file; whatever happens, the file holds all of it, or what it held before.

    It is written beside the file, brought to the disk, and renamed, which is one step to everybody else.

    Raises:
        RunError: it cannot be written, as where the disk is full.
    """
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    part = beside(path)
    try:
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        settle(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise RunError(f"cannot write {path}: {error.strerror or error}") from error
