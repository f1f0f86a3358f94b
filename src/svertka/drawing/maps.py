"""Signals on the sphere as maps."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Ellipse, Patch, Rectangle
from numpy.typing import ArrayLike

from svertka.drawing.directions import Array, Colouring, colouring, painted_at, spherical
from svertka.drawing.marks import ring
from svertka.drawing.projections import PROJECTIONS, Outline, Projection
from svertka.drawing.style import INK, LINE, STYLE, Picture
from svertka.errors import UnknownName

WIDE = 7.6  # inches: as wide as a page
DOTS = 200  # to an inch
Place = tuple[float, float]  # colatitude and longitude, in radians


def maps(
    signals: Mapping[str, ArrayLike],
    *,
    projection: str = "mollweide",
    centre: float = 0.0,
    columns: int = 2,
    colours: str | Colormap | None = None,
    bounds: tuple[float, float] | None = None,
    unit: str = "",
    marks: Mapping[str, Place] | None = None,
    lines: bool = True,
) -> Picture:
    """Signals on the sphere by their titles, laid flat; north is up and east is on the right.

    Args:
        signals: each `(2b, 2b)`, or `(3, 2b, 2b)` in colours of 8 bits.
        projection: `mollweide` keeps areas, `orthographic` shows both halves as they are seen from far away,
            `equirectangular` the samples as they are stored.
        centre: The longitude in the middle, in radians.
        columns: How many stand in a row.
        colours: A colour map, or matplotlib's name for one; by default blue, where there are negative numbers orange,
            too.
        bounds: The numbers at both ends of the colours; by default each map has its own.
        unit: What the numbers are; a bar below each map says which colour is which.
        marks: Places to mark by their names, each a colatitude and a longitude in radians.
        lines: Draw parallels and meridians, 30° apart.

    Raises:
        ShapeError: a signal has another shape.
        UnknownName: there is no such projection.
    """
    flat = named(projection)
    columns = min(columns, len(signals))
    rows, wide = ceil(len(signals) / columns), WIDE / max(columns, 1.5)
    high = wide * flat.extent[1] / flat.extent[0] + 0.3 + 0.45 * bool(unit)
    with mpl.rc_context({**STYLE, "axes.titlesize": 8.5, "axes.titlelocation": "center"}):
        canvas = Picture(figsize=(wide * columns, high * rows), layout="constrained")
        every = canvas.subplots(rows, columns, squeeze=False).ravel()
        for axes in every:
            axes.set_axis_off()
        for axes, (title, signal) in zip(every, signals.items(), strict=False):
            found = spherical(signal)
            chosen = colouring(found, bounds, colours)
            laid(axes, found, flat, chosen, centre=centre, dots=int(DOTS * wide))
            if lines:
                graticule(axes, flat)
            for name, place in (marks or {}).items():
                marked(axes, flat, name, place, centre)
            if unit:
                _bar(canvas, axes, chosen, unit)
            axes.set_title(title)
        return canvas


def named(projection: str) -> Projection:
    """A projection by its name.

    Raises:
        UnknownName: there is none of this name.
    """
    if projection not in PROJECTIONS:
        raise UnknownName("projection", projection, PROJECTIONS)
    return PROJECTIONS[projection]


def laid(
    axes: Axes,
    x: ArrayLike,
    flat: Projection,
    chosen: Colouring,
    *,
    centre: float = 0.0,
    dots: int = 700,
    across: ArrayLike | None = None,
) -> None:
    """Paint a signal into the outlines of a map, so many dots wide."""
    right, top = flat.extent
    high = round(dots * top / right)
    east = np.linspace(-right, right, 2 * dots + 1)[1::2]  # the middles of the dots
    north = np.linspace(top, -top, 2 * high + 1)[1::2]
    beta, longitude = flat.directions(*np.meshgrid(east, north))
    image = painted_at(x, beta, longitude + centre, chosen, across)
    for outline in flat.outlines:
        edge = _edge(outline, axes)
        axes.imshow(image, extent=(-right, right, -top, top), interpolation="none", clip_path=edge, clip_on=True)
        axes.add_patch(_edge(outline, axes, facecolor="none", edgecolor=INK, linewidth=0.6))
    axes.set(xlim=(-1.01 * right, 1.01 * right), ylim=(-1.01 * top, 1.01 * top))
    axes.grid(visible=False)


def marked(axes: Axes, flat: Projection, name: str, place: Place, centre: float) -> None:
    """A ring about a place, with its name."""
    longitude = np.mod(place[1] - centre + np.pi, 2 * np.pi) - np.pi
    (x,), (y,) = flat.places(np.array([place[0]]), np.array([longitude]))
    ring(axes, name, float(x), float(y))


def _edge(outline: Outline, axes: Axes, **looks: Any) -> Patch:
    if outline.round:
        return Ellipse((outline.x, 0), 2 * outline.width, 2 * outline.height, transform=axes.transData, **looks)
    corner = (outline.x - outline.width, -outline.height)
    return Rectangle(corner, 2 * outline.width, 2 * outline.height, transform=axes.transData, **looks)


def graticule(axes: Axes, flat: Projection) -> None:
    """Parallels and meridians, 30° apart."""
    for x, y in _drawn_lines(flat):
        broken = np.concatenate([[False], np.abs(np.diff(x)) > 0.05])
        axes.plot(np.where(broken, np.nan, x), y, color=INK, alpha=0.22, linewidth=0.4)


def _drawn_lines(flat: Projection) -> Iterator[tuple[Array, Array]]:
    around, down = np.linspace(-np.pi, np.pi, 721), np.linspace(0, np.pi, 361)
    for beta in np.radians(np.arange(30, 180, 30)):
        yield flat.places(np.full_like(around, beta), around)
    for longitude in np.radians(np.arange(-150, 180, 30)):
        yield flat.places(down, np.full_like(down, longitude))


def _bar(canvas: Picture, axes: Axes, chosen: Colouring, unit: str) -> None:
    colours = ScalarMappable(Normalize(chosen.low, chosen.high), chosen.colours)
    bar = canvas.colorbar(colours, ax=axes, orientation="horizontal", shrink=0.5, aspect=40, pad=0.02)
    bar.outline.set_edgecolor(LINE)
    bar.ax.tick_params(labelsize=7, length=2)
    bar.set_label(unit, fontsize=7.5)
