"""Real images side by side, as they are."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from svertka.drawing.style import STYLE, Picture
from svertka.errors import ShapeError

WIDE = 7.6  # inches: as wide as a page


def photographs(images: Mapping[str, ArrayLike], *, columns: int = 4) -> Picture:
    """Images by their titles, a few in a row.

    Grey ones are `(rows, columns)` or `(1, rows, columns)`, colour ones `(3, rows, columns)`. Whole numbers of 8 bits
    are shown from 0 to 255, others from the least to the greatest; where there are negative ones, grey is nought.

    Raises:
        ShapeError: an image has another number of channels.
    """
    columns = min(columns, len(images))
    rows = ceil(len(images) / columns)
    first = _shown(next(iter(images.values())))
    side = WIDE / max(columns, 3)
    with mpl.rc_context({**STYLE, "axes.titlesize": 8.5, "axes.titlelocation": "center"}):
        size = (side * columns, (side * first.shape[0] / first.shape[1] + 0.3) * rows)
        canvas = Picture(figsize=size, layout="constrained")
        every = canvas.subplots(rows, columns, squeeze=False).ravel()
        for axes in every:
            axes.set_axis_off()
        for axes, (title, image) in zip(every, images.items(), strict=False):
            _hung(axes, title, image)
        return canvas


def _hung(axes: Axes, title: str, image: ArrayLike) -> None:
    shown = _shown(image)
    low, high = bounds(shown)
    if shown.ndim == 3 and shown.dtype != np.uint8:
        shown = (shown - low) / (high - low)
    axes.imshow(shown, cmap="gray", vmin=low, vmax=high, interpolation="none" if shown.shape[0] < 64 else "antialiased")
    axes.set_title(title)


def bounds(image: NDArray[Any]) -> tuple[float, float]:
    """What is shown as black and as white."""
    if image.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(image.min()), float(image.max())
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    return low, high if high > low else low + 1.0


def _shown(image: ArrayLike) -> NDArray[Any]:
    """Channels last, or none."""
    found = np.asarray(image)
    if found.ndim == 3 and found.shape[0] in (1, 3):
        found = found[0] if found.shape[0] == 1 else np.moveaxis(found, 0, -1)
    elif found.ndim != 2:
        raise ShapeError(f"an image to show is (rows, columns) or has 1 or 3 channels first, not shape {found.shape}")
    return found
