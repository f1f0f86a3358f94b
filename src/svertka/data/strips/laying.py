"""Laying rows into a file where they belong, as they come, whatever the order of its axes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form


def lay(path: Path, offset: int, form: Form, axes: str, dtype: np.dtype[Any], blocks: Iterable[Pixels]) -> None:
    """Write an image into a file whose numbers begin at `offset`.

    Args:
        path: a file that is there.
        offset: in bytes.
        form: the image.
        axes: the order of its axes in the file, some of C and D before HW or W, and C perhaps behind.
        dtype: the type in the file, byte order included.
        blocks: `(pages, channels, rows, width)` from first to last: parts of a page, or whole pages.
    """
    with path.open("r+b") as file:
        page = row = 0
        for block in blocks:
            for part in block:
                _lay_rows(file, offset, form, axes, part.astype(dtype, copy=False), page, row)
                row += part.shape[1]
                page, row = (page + 1, 0) if row == form.height else (page, row)


def natural(form: Form) -> str:
    """The order of axes in which other programs expect an image: colours behind, other channels in front."""
    space = {1: "W", 2: "HW", 3: "DHW"}[len(form.sizes)]
    if form.channels == 1:
        return space
    if form.colour == "channels":
        return space.replace("HW", "CHW") if "H" in space else "CW"
    return f"{space}C"


def lengths(form: Form, axes: str) -> tuple[int, ...]:
    """The length of each of these axes."""
    known = {"C": form.channels, "D": form.pages, "H": form.height, "W": form.width}
    return tuple(known[axis] for axis in axes)


def _lay_rows(file: BinaryIO, offset: int, form: Form, axes: str, rows: Pixels, page: int, row: int) -> None:
    """Rows of one page, `(channels, rows, width)`."""
    if axes.endswith("C"):
        _put(file, offset, (page * form.height + row) * form.row, np.moveaxis(rows, 0, -1))
        return
    for channel, line in enumerate(rows):
        plane = channel * form.pages + page if axes.find("C") < axes.find("D") else page * form.channels + channel
        _put(file, offset, (plane * form.height + row) * form.width, line)


def _put(file: BinaryIO, offset: int, place: int, numbers: Pixels) -> None:
    file.seek(offset + place * numbers.itemsize)
    file.write(np.ascontiguousarray(numbers).data)
