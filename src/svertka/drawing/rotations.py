"""Signals on SO(3), such as correlations, cut into slices that are maps."""

from collections.abc import Sequence
from math import ceil

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import ArrayLike

from svertka.drawing.directions import Array, colouring
from svertka.drawing.maps import DOTS, WIDE, graticule, laid, marked, named
from svertka.drawing.style import INK, SECOND, STYLE, Picture
from svertka.errors import ShapeError


def rotations(
    y: ArrayLike,
    *,
    at: Sequence[int] | None = None,
    peak: bool = True,
    projection: str = "mollweide",
    centre: float = 0.0,
    columns: int = 3,
    colours: str | Colormap | None = None,
) -> Picture:
    """A signal on SO(3) for several `γ`: in each map, `y(α, β, γ)` at colatitude `β` and longitude `α`.

    Where `y` is a correlation, a place on a map is where the filter's pole has gone, and `γ` by how much it was turned
    about its pole before. All maps share their colours. At the poles only `α + γ` or `α - γ` counts, so that there a
    map runs through all that the others show.

    Args:
        y: `(2b, 2b, 2b)` with the axes `β`, `α`, `γ`.
        at: Which samples of `γ`; by default six, equally far apart, with that of the greatest value among them.
        peak: Mark the greatest of all values, where it is in sight.
        projection: As in `maps`.
        centre: As in `maps`.
        columns: How many stand in a row.
        colours: As in `maps`.

    Raises:
        ShapeError: another shape.
        UnknownName: there is no such projection.
    """
    signal, flat = _turned(y), named(projection)
    b, highest = len(signal) // 2, np.unravel_index(int(signal.argmax()), signal.shape)
    places = _spread(b, int(highest[2])) if at is None else list(at)
    columns = min(columns, len(places))
    rows, wide = ceil(len(places) / columns), WIDE / max(columns, 1.5)
    chosen = colouring(signal, None, colours)
    with mpl.rc_context({**STYLE, "axes.titlesize": 8.5, "axes.titlelocation": "center"}):
        size = (wide * columns, (wide * flat.extent[1] / flat.extent[0] + 0.3) * rows)
        canvas = Picture(figsize=size, layout="constrained")
        every = canvas.subplots(rows, columns, squeeze=False).ravel()
        for axes in every:
            axes.set_axis_off()
        for axes, place in zip(every, places, strict=False):
            # Beyond a pole, a place is the same rotation with its γ half a turn on.
            other = signal[..., (place + b) % (2 * b)]
            laid(axes, signal[..., place], flat, chosen, centre=centre, dots=int(DOTS * wide), across=other)
            graticule(axes, flat)
            found = peak and place == highest[2]
            axes.set_title(f"γ = {180 * place / b:.0f}°", color=SECOND if found else INK)
            if found:
                summit = (np.pi * (2 * highest[0] + 1) / (4 * b), np.pi * highest[1] / b)
                marked(axes, flat, "", summit, centre)
        return canvas


def _spread(b: int, highest: int) -> list[int]:
    """Six samples of `γ`, or all where there are fewer, of which one is the highest."""
    count = min(6, 2 * b)
    return sorted({(highest + place * 2 * b // count) % (2 * b) for place in range(count)})


def _turned(y: ArrayLike) -> Array:
    signal = np.asarray(y, dtype=np.float64)
    if signal.ndim != 3 or len(set(signal.shape)) != 1 or len(signal) % 2 or not len(signal):
        raise ShapeError(
            f"a signal on SO(3) to draw is (2b, 2b, 2b), not of shape {signal.shape}; take one channel of one sample"
        )
    return signal
