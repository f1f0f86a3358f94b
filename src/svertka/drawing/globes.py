"""Signals on the sphere as balls, seen from a direction, in a light from the upper left."""

from collections.abc import Mapping
from math import ceil

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from svertka.drawing.directions import Array, Colouring, colouring, painted_at, spherical
from svertka.drawing.marks import ring
from svertka.drawing.style import INK, STYLE, Picture
from svertka.geometry import rotation_matrix

WIDE = 7.6  # inches: as wide as a page
DOTS = 200  # to an inch
SAMPLES = 2  # along either side of a dot: their mean is its colour
LIGHT = np.array([-0.45, 0.55, 0.7]) / np.linalg.norm([-0.45, 0.55, 0.7])  # right, up, towards the eye
AXIS = 1.16  # where the axis ends that stands out of the north pole
OBLIQUE = (np.pi / 3, np.pi / 6)  # colatitude and longitude of an eye that sees the north pole from the side
Place = tuple[float, float]


def globes(
    signals: Mapping[str, ArrayLike],
    *,
    seen_from: Place = OBLIQUE,
    columns: int = 4,
    colours: str | Colormap | None = None,
    bounds: tuple[float, float] | None = None,
    marks: Mapping[str, Place] | None = None,
    lines: bool = True,
) -> Picture:
    """Signals on the sphere by their titles, each on a ball whose north pole bears a piece of its axis.

    Args:
        signals: each `(2b, 2b)`, or `(3, 2b, 2b)` in colours of 8 bits.
        seen_from: Colatitude and longitude above which the eye is, far away, in radians. North is up.
        columns: How many stand in a row.
        colours: A colour map, or matplotlib's name for one; by default blue, where there are negative numbers orange,
            too.
        bounds: The numbers at both ends of the colours; by default each ball has its own.
        marks: Places to mark by their names, each a colatitude and a longitude in radians.
        lines: Draw parallels and meridians, 30° apart.

    Raises:
        ShapeError: a signal has another shape.
    """
    columns = min(columns, len(signals))
    rows, wide = ceil(len(signals) / columns), WIDE / max(columns, 3)
    with mpl.rc_context({**STYLE, "axes.titlesize": 8.5, "axes.titlelocation": "center"}):
        canvas = Picture(figsize=(wide * columns, (wide + 0.3) * rows), layout="constrained")
        every = canvas.subplots(rows, columns, squeeze=False).ravel()
        for axes in every:
            axes.set_axis_off()
        for axes, (title, signal) in zip(every, signals.items(), strict=False):
            found = spherical(signal)
            chosen = colouring(found, bounds, colours)
            lit(axes, found, eye(seen_from), chosen, dots=int(DOTS * wide / AXIS), lines=lines)
            for name, place in (marks or {}).items():
                marked(axes, eye(seen_from), name, place)
            axes.set_title(title)
        return canvas


def eye(seen_from: Place) -> Array:
    """What takes a point of the sphere to right, up and towards an eye above a colatitude and a longitude, `(3, 3)`."""
    beta, alpha = seen_from
    south, east, outwards = rotation_matrix(alpha, beta, 0.0).T
    return np.stack([east, -south, outwards])


def lit(axes: Axes, x: ArrayLike, view: Array, chosen: Colouring, *, dots: int = 400, lines: bool = True) -> None:
    """Paint a ball, so many dots wide."""
    normal = _normals(dots * SAMPLES)
    point = normal @ view
    beta = np.arccos(point[..., 2].clip(-1, 1))
    image = shaded(painted_at(x, beta, np.arctan2(point[..., 1], point[..., 0]), chosen), normal)
    image = image.reshape(dots, SAMPLES, dots, SAMPLES, 3).mean(axis=(1, 3))
    rim = Circle((0, 0), 1, transform=axes.transData)
    axes.imshow(image, extent=(-1, 1, -1, 1), interpolation="none", clip_path=rim, clip_on=True, zorder=2)
    axes.add_patch(Circle((0, 0), 1, facecolor="none", edgecolor=INK, alpha=0.55, linewidth=0.6, zorder=3))
    if lines:
        _graticule(axes, view)
    _axis(axes, view)
    axes.set(xlim=(-AXIS, AXIS), ylim=(-AXIS, AXIS), aspect="equal")
    axes.grid(visible=False)


def marked(axes: Axes, view: Array, name: str, place: Place) -> None:
    """A ring about a place on the near side, with its name."""
    x, y, towards = view @ directions(*place)
    if towards > 0:
        ring(axes, name, x, y)


def directions(beta: ArrayLike, alpha: ArrayLike) -> Array:
    """The points at colatitudes and longitudes, `(..., 3)`."""
    return rotation_matrix(alpha, beta, 0.0)[..., 2]


def _normals(dots: int) -> Array:
    """Right, up and towards the eye, where each dot meets the ball; what lies outside is drawn to the rim."""
    across = np.linspace(-1, 1, 2 * dots + 1)[1::2]
    right, up = np.meshgrid(across, -across)
    length = np.maximum(np.hypot(right, up), 1)
    right, up = right / length, up / length
    return np.stack([right, up, np.sqrt((1 - right**2 - up**2).clip(0))], axis=-1)


def shaded(colours: Array, normal: Array) -> Array:
    """Colours in the light of the sky, and in one from the upper left with its reflection."""
    facing = (normal @ LIGHT).clip(0)
    half = LIGHT + np.array([0, 0, 1])
    gloss = (normal @ (half / np.linalg.norm(half))).clip(0) ** 40
    rim = 0.84 + 0.16 * np.sqrt(normal[..., 2])
    light = rim * (0.78 + 0.27 * facing)
    return np.asarray(colours * light[..., None] + 0.07 * gloss[..., None]).clip(0, 1)


def _graticule(axes: Axes, view: Array) -> None:
    around, down = np.linspace(0, 2 * np.pi, 361), np.linspace(0, np.pi, 181)
    lines = [directions(beta, around) for beta in np.radians(np.arange(30, 180, 30))]
    lines += [directions(down, alpha) for alpha in np.radians(np.arange(0, 360, 30))]
    for line in lines:
        x, y, towards = (line @ view.T).T
        axes.plot(np.where(towards > 0, x, np.nan), y, color=INK, alpha=0.2, linewidth=0.4, zorder=3)


def _axis(axes: Axes, view: Array) -> None:
    """The piece of the axis that stands out of the north pole; behind the ball where that is on the far side."""
    x, y, towards = view[:, 2]
    axes.plot(
        [x, AXIS * x], [y, AXIS * y], color=INK, linewidth=1.6, solid_capstyle="round", zorder=4 if towards > 0 else 1
    )
