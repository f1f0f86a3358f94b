"""Cutting an image into slabs that fit into memory, each with what a filter sees beyond it.

A slab is some rows of a page, or some pages of a volume that is filtered as one. What lies beyond the image's border is
looked up by the same rule as in `ops.pad`, so that slabs together are the whole to the last number.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Pixels
from svertka.data.strips import Form, Source
from svertka.geometry import Margin
from svertka.ops.padding import source as border_source

MIB = 2**20
COPIES = 8  # of a slab in 32 or 64 bits, while it is filtered: as torch takes it, padded, answered, fitted, and so on


@dataclass(frozen=True)
class Slab:
    """Rows `start` to `stop` of a page; or pages `start` to `stop`, where there is no page."""

    page: int | None
    start: int
    stop: int


def slabs(form: Form, margin: Margin, *, deep: bool, memory: float) -> Iterator[Slab]:
    """The slabs of an image, in order.

    Args:
        form: the image.
        margin: how far the filter sees before and after each row or page.
        deep: cut a volume into pages, not each page into rows.
        memory: MiB for one slab; a filter that sees far may need more.
    """
    length, line = (form.pages, form.height * form.row) if deep else (form.height, form.row)
    number = COPIES * max(4, form.dtype.itemsize)
    fitting = int(memory * MIB / (line * number))
    step = max(1, fitting - sum(margin), sum(margin) // 2)
    for page in [None] if deep else range(form.pages):
        for start in range(0, length, step):
            yield Slab(page, start, min(start + step, length))


def read_slab(source: Source, slab: Slab, margin: Margin, border: str) -> Pixels:
    """A slab with what lies around it: `(channels, rows, width)`, or `(channels, pages, height, width)`."""
    form, page = source.form, slab.page
    if page is not None:
        where = around(border, form.height, slab, margin)
        return gathered(lambda start, stop: source.rows(page, start, stop), where)
    where = around(border, form.pages, slab, margin)
    return gathered(lambda start, stop: _pages(source, start, stop), where)


def around(border: str, length: int, slab: Slab, margin: Margin) -> NDArray[np.intp]:
    """The rows that stand in a slab and its margin; −1 for those that are zeros."""
    whole = border_source(border, length, margin).numpy()
    return np.asarray(whole[slab.start : slab.stop + sum(margin)])


def gathered(read: Callable[[int, int], Pixels], where: NDArray[np.intp]) -> Pixels:
    """Rows from anywhere, neighbours read at once; the rows lie along the second axis."""
    wanted = np.unique(where[where >= 0])
    runs = np.split(wanted, np.flatnonzero(np.diff(wanted) != 1) + 1)
    found = [read(int(run[0]), int(run[-1]) + 1) for run in runs if len(run)]
    rows = found[0] if len(found) == 1 else np.concatenate(found, axis=1)
    if np.array_equal(wanted, where):
        return rows
    rows = rows[:, np.searchsorted(wanted, where.clip(0)).clip(0, len(wanted) - 1)]
    rows[:, where < 0] = 0
    return rows


def _pages(source: Source, start: int, stop: int) -> Pixels:
    return np.stack([source.rows(page, 0, source.form.height) for page in range(start, stop)], axis=1)
