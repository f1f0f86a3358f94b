"""The picture of an image file before and after a filter, however large they are."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.data.rasters import Pixels
from svertka.data.strips import Source, opened
from svertka.drawing.pairs import View, pair
from svertka.drawing.style import Picture
from svertka.errors import DataError
from svertka.settings import FilterSettings

LONG = 900  # pixels of the longer side, up to which an image is shown as it is
DETAIL = 104, 160  # rows and columns of the detail


def before_and_after(
    before: Path,
    after: Path,
    title: str,
    settings: FilterSettings = FilterSettings(),  # noqa: B008 - frozen
) -> Picture:
    """Both images side by side, and where they are large, the detail with most to see below.

    Of volumes the middle page is shown. Large images are read strip by strip.

    Raises:
        DataError: a file cannot be read, or holds a signal.
    """
    with opened(before, axes=settings.axes) as one, opened(after, axes=settings.axes) as other:
        if len(one.form.sizes) == 1:
            raise DataError(f"{before} holds a signal, and --show draws images")
        first = _reduced(one)
        corner = _richest(first, one.form.height, one.form.width)
        return pair(
            _view(one, first, corner), _view(other, _reduced(other), corner), (before.name, f"{after.name}: {title}")
        )


def _view(source: Source, whole: Pixels, corner: tuple[int, int] | None) -> View:
    sizes = source.form.height, source.form.width
    if corner is None:
        return View(_colours(whole), sizes)
    top, left = corner
    rows = source.rows(source.form.pages // 2, top, min(top + DETAIL[0], sizes[0]))
    return View(_colours(whole), sizes, _colours(rows[:, :, left : left + DETAIL[1]]), corner)


def _reduced(source: Source) -> Pixels:
    """The middle page, `(channels, rows, columns)`, each of them a mean of a square of pixels."""
    form = source.form
    step, page = -(-max(form.height, form.width) // LONG), form.pages // 2
    if step == 1:
        return source.rows(page, 0, form.height)
    lines = [_means(source.rows(page, top, top + step), step) for top in range(0, form.height - step + 1, step)]
    found = np.stack(lines or [_means(source.rows(page, 0, form.height), step)], axis=1)
    return np.rint(found).astype(form.dtype) if form.dtype.kind in "ui" else found


def _means(rows: Pixels, step: int) -> NDArray[np.float64]:
    """`(channels, columns)`."""
    width = max(rows.shape[-1] // step, 1) * step
    square: Any = rows[..., :width].astype(np.float64).mean(axis=1)
    return np.asarray(square.reshape(len(rows), -1, min(step, square.shape[-1])).mean(axis=-1))


def _richest(whole: Pixels, height: int, width: int) -> tuple[int, int] | None:
    """The first row and column of the detail whose values differ most; none where the image is small."""
    if height <= 2 * DETAIL[0] or width <= 2 * DETAIL[1]:
        return None
    scale = height / whole.shape[1]
    rows, columns = (max(1, round(side / scale)) for side in DETAIL)
    grey = whole[:3].astype(np.float64).mean(axis=0)
    places = [
        (float(grey[top : top + rows, left : left + columns].std()), top, left)
        for top in range(0, grey.shape[0] - rows + 1, max(1, rows // 2))
        for left in range(0, grey.shape[1] - columns + 1, max(1, columns // 2))
    ]
    _, top, left = max(places)
    return min(round(top * scale), height - DETAIL[0]), min(round(left * scale), width - DETAIL[1])


def _colours(pixels: Pixels) -> Pixels:
    """What is shown: three channels as colours, else the first alone."""
    return np.moveaxis(pixels[:3], 0, -1) if len(pixels) in (3, 4) else pixels[0]
