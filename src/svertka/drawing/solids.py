"""A shape of triangles as an eye sees it, and beside it, as balls, what is seen of it from all sides."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, to_rgb
from numpy.typing import ArrayLike, NDArray

from svertka.drawing.directions import Array, colouring, spherical
from svertka.drawing.globes import AXIS, DOTS, OBLIQUE, SAMPLES, WIDE, Place, eye, lit, shaded
from svertka.drawing.style import STYLE, Picture
from svertka.errors import ShapeError

CLAY = "#c9bfae"


def solid(
    points: ArrayLike,
    triangles: ArrayLike,
    channels: Mapping[str, ArrayLike],
    *,
    title: str = "",
    seen_from: Place = OBLIQUE,
    colours: str | Colormap | None = None,
    bounds: tuple[float, float] | None = None,
) -> Picture:
    """A shape, and signals on the sphere around it, all seen from one direction.

    Args:
        points: `(points, 3)`; the middle of what they span is drawn in the middle.
        triangles: the places of their corners among the points, `(triangles, 3)`.
        channels: signals by their titles, each `(2b, 2b)`.
        title: that of the shape.
        seen_from: Colatitude and longitude above which the eye is, far away, in radians. North is up.
        colours: A colour map, or matplotlib's name for one, for the balls.
        bounds: The numbers at both ends of the colours; by default each ball has its own.

    Raises:
        ShapeError: points or triangles do not come in threes, or a signal has another shape.
    """
    corners = _corners(points, triangles)
    wide = WIDE / max(len(channels) + 1, 3)
    with mpl.rc_context({**STYLE, "axes.titlesize": 8.5, "axes.titlelocation": "center"}):
        canvas = Picture(figsize=(wide * (len(channels) + 1), wide + 0.3), layout="constrained")
        first, *others = np.atleast_1d(canvas.subplots(1, len(channels) + 1))
        modelled(first, corners, eye(seen_from), dots=int(DOTS * wide / AXIS))
        first.set(title=title)
        first.set_axis_off()
        for axes, (name, signal) in zip(others, channels.items(), strict=True):
            found = spherical(signal)
            lit(axes, found, eye(seen_from), colouring(found, bounds, colours), dots=int(DOTS * wide / AXIS))
            axes.set(title=name)
            axes.set_axis_off()
        return canvas


def modelled(axes: Axes, corners: Array, view: Array, *, dots: int = 400) -> None:
    """Paint triangles `(triangles, 3, 3)`, of which the farthest corner just fits, so many dots wide."""
    normals, there = seen(corners @ view.T / np.linalg.norm(corners, axis=-1).max(), dots * SAMPLES)
    image = np.concatenate([shaded(np.broadcast_to(to_rgb(CLAY), normals.shape), normals), there[..., None]], axis=-1)
    image = image.reshape(dots, SAMPLES, dots, SAMPLES, 4).mean(axis=(1, 3))
    axes.imshow(image, extent=(-1, 1, -1, 1), interpolation="antialiased")
    axes.set(xlim=(-AXIS, AXIS), ylim=(-AXIS, AXIS), aspect="equal")
    axes.grid(visible=False)


def seen(corners: Array, dots: int) -> tuple[Array, NDArray[np.bool_]]:
    """What is nearest to the eye in each dot: its normal, `(dots, dots, 3)`, and whether there is anything.

    Args:
        corners: `(triangles, 3, 3)`: right, up and towards the eye, each from -1 to 1.
        dots: in a row, and in a column.
    """
    nearest = np.full((dots, dots), -np.inf)
    normals = np.zeros((dots, dots, 3))
    normals[..., 2] = 1
    for triangle in corners:
        normal = np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])
        if abs(normal[2]) <= 1e-12 * np.linalg.norm(normal) or not normal.any():
            continue  # edge-on
        rows, columns = _box(triangle, dots)
        right, up = np.meshgrid(_middles(dots)[columns], -_middles(dots)[rows])
        depth = triangle[0, 2] - (normal[0] * (right - triangle[0, 0]) + normal[1] * (up - triangle[0, 1])) / normal[2]
        nearer = _within(triangle, right, up) & (depth > nearest[rows, columns])
        nearest[rows, columns][nearer] = depth[nearer]
        normals[rows, columns][nearer] = normal * np.sign(normal[2]) / np.linalg.norm(normal)
    return normals, np.isfinite(nearest)


def _box(triangle: Array, dots: int) -> tuple[slice, slice]:
    """Rows and columns of the dots among which a triangle is."""
    left, right = np.floor((triangle[:, 0].min() + 1) * dots / 2), np.ceil((triangle[:, 0].max() + 1) * dots / 2)
    top, bottom = np.floor((1 - triangle[:, 1].max()) * dots / 2), np.ceil((1 - triangle[:, 1].min()) * dots / 2)
    return slice(max(int(top), 0), int(bottom)), slice(max(int(left), 0), int(right))


def _within(triangle: Array, right: Array, up: Array) -> NDArray[np.bool_]:
    """Which places are on the same side of all three edges."""
    sides = []
    for i in range(3):
        (x, y), (to_x, to_y) = triangle[i - 1, :2], triangle[i, :2]
        sides.append((to_x - x) * (up - y) - (to_y - y) * (right - x))
    found = np.stack(sides)
    return np.asarray((found >= 0).all(axis=0) | (found <= 0).all(axis=0))


def _middles(dots: int) -> Array:
    return np.linspace(-1, 1, 2 * dots + 1)[1::2]


def _corners(points: ArrayLike, triangles: ArrayLike) -> Array:
    """The triangles' corners about the middle of what they span."""
    places, faces = np.asarray(points, dtype=np.float64), np.asarray(triangles)
    if places.ndim != 2 or places.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
        raise ShapeError(
            f"a shape is points (points, 3) and triangles (triangles, 3), not arrays {places.shape} and {faces.shape}"
        )
    corners = places[faces]
    return np.asarray(corners - (corners.min(axis=(0, 1)) + corners.max(axis=(0, 1))) / 2)
