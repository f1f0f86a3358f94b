"""An image before and after something was done to it, whole and with a detail enlarged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from svertka.drawing.style import INK, SECOND, SOFT, STYLE, Picture

WIDE = 9.0  # inches
SHARE = 0.5, 99.5  # percent of the values of deep images between black and white: a few may lie far off
Values = NDArray[Any]


@dataclass(frozen=True)
class View:
    """An image to be looked at: the whole, perhaps made smaller, and a detail as it is.

    Both are `(rows, columns)` or `(rows, columns, 3)`; the detail begins at `corner`, row and column of the image, of
    which the whole shows `sizes`.
    """

    whole: Values
    sizes: tuple[int, int]
    detail: Values | None = None
    corner: tuple[int, int] = (0, 0)


def pair(before: View, after: View, titles: Sequence[str], note: str = "") -> Picture:
    """Two views side by side, each with its detail below.

    Values of 8 bits are shown from 0 to 255; others so that all but the extreme hundredths lie between black and white,
    and with grey for nought where there are negative ones.
    """
    height, width = before.sizes
    tall = (WIDE / 2) * min(height / width, 1.4)
    heights = [tall] if before.detail is None else [tall, (WIDE / 2) * before.detail.shape[0] / before.detail.shape[1]]
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        canvas = Picture(figsize=(WIDE, sum(heights) + 0.5), layout="constrained")
        grid = canvas.subplots(len(heights), 2, squeeze=False, height_ratios=heights)
        for column, (view, title) in enumerate(zip((before, after), titles, strict=True)):
            _hang(grid[:, column], view, title)
        if note:
            canvas.supxlabel(note, fontsize=8, color=SOFT, x=0.01, ha="left")
        return canvas


def _hang(places: Any, view: View, title: str) -> None:
    low, high = bounds(view.whole)
    above = places[0]
    _show(above, view.whole, low, high, (*view.sizes, 0, 0))
    above.set_title(title)
    if view.detail is None:
        return
    rows, columns = view.detail.shape[:2]
    top, left = view.corner
    below = places[1]
    _show(below, view.detail, low, high, (rows, columns, top, left))
    above.add_patch(Rectangle((left - 0.5, top - 0.5), columns, rows, fill=False, color=SECOND, linewidth=1.2))
    for edge in ("top", "bottom", "left", "right"):
        below.spines[edge].set(visible=True, color=SECOND, linewidth=1.2)


def _show(axes: Axes, image: Values, low: float, high: float, where: tuple[int, int, int, int]) -> None:
    """An image at its place in the whole: rows, columns, and the first of each."""
    rows, columns, top, left = where
    shown = np.clip((image.astype(np.float64) - low) / (high - low), 0, 1)
    extent = (left - 0.5, left + columns - 0.5, top + rows - 0.5, top - 0.5)
    few = image.shape[0] < 256
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="none" if few else "antialiased")
    axes.tick_params(length=2, labelsize=7, colors=SOFT)
    axes.set_anchor("C")
    for edge in ("top", "bottom", "left", "right"):
        axes.spines[edge].set_visible(False)
    axes.title.set_color(INK)


def bounds(image: Values) -> tuple[float, float]:
    """What is shown as black and as white."""
    if image.dtype == np.uint8:
        return 0.0, 255.0
    low, high = (float(each) for each in np.percentile(image, SHARE))
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    return (low, high) if high > low else (float(image.min()), max(float(image.max()), float(image.min()) + 1))
