"""Which samples of a grid on the sphere a triangle may cover, seen from the centre.

Its edges are then arcs of great circles. In a row of the grid, at the colatitude `β`, a side of the triangle's cone
with the normal `m` leaves the longitudes `α` with `sin β (m_x cos α + m_y sin α) + m_z cos β ≥ 0`: an interval about
that of `m`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
SLACK = 1e-7  # radians by which spans are longer than they must be


class Spans(NamedTuple):
    """Pieces of rows, each so many `columns` from `left` on, around the sphere, and the triangle that may cover it."""

    triangles: Indices
    rows: Indices
    left: Indices
    columns: Indices


def spans(corners: Array, sides: Array, b: int) -> Spans:
    """All that triangles may cover of the grid of bandwidth `b`.

    Args:
        corners: `(triangles, 3, 3)`: of each its corners, and of each corner x, y and z.
        sides: the normals of the three sides of each triangle's cone, inwards, `(3, 3, triangles)`.
        b: bandwidth.
    """
    arctic, antarctic = np.all(sides[:, 2] >= 0, axis=0), np.all(sides[:, 2] <= 0, axis=0)
    north, south = colatitudes(corners, sides)
    down, across = 2 * b / np.pi, b / np.pi
    top = _above((np.where(arctic, 0, north) - SLACK) * down - 0.5).clip(0)
    bottom = _below((np.where(antarctic, np.pi, south) + SLACK) * down - 0.5).clip(max=2 * b - 1)
    count = (bottom - top + 1).clip(0)
    triangles = np.repeat(np.arange(len(corners)), count)
    rows = np.arange(len(triangles)) - (np.cumsum(count) - count - top)[triangles]
    west, east = clipped(*longitudes(corners), sides, triangles, (rows + 0.5) / down)
    left, right = _above((west - SLACK) * across), _below((east + SLACK) * across)
    columns = np.where(arctic[triangles] | antarctic[triangles], 2 * b, right - left + 1)
    return Spans(triangles, rows, left, columns.clip(0, 2 * b))


def colatitudes(corners: Array, sides: Array) -> tuple[Array, Array]:
    """The least and the greatest colatitude of the edges of triangles.

    An arc that rises from both of its ends holds the highest point of its circle, one that falls the lowest.
    """
    ends = np.arctan2(np.hypot(corners[..., 0], corners[..., 1]), corners[..., 2]).T
    highest = np.arctan2(np.abs(sides[:, 2]), np.hypot(sides[:, 0], sides[:, 1]))
    p, q = corners[:, [1, 2, 0]], corners[:, [2, 0, 1]]
    inner = (p * q).sum(axis=-1)
    from_p = (q[..., 2] * (p * p).sum(axis=-1) - inner * p[..., 2]).T
    from_q = (p[..., 2] * (q * q).sum(axis=-1) - inner * q[..., 2]).T
    north = np.where((from_p > 0) & (from_q > 0), highest, ends)
    south = np.where((from_p < 0) & (from_q < 0), np.pi - highest, ends)
    return np.minimum(north, ends).min(axis=0), np.maximum(south, ends).max(axis=0)


def longitudes(corners: Array) -> tuple[Array, Array]:
    """Where triangles that hold no pole begin and end, going eastwards.

    From corner to corner the short way is taken, as edges do.
    """
    a, b, c = np.arctan2(corners[..., 1], corners[..., 0]).T
    along = np.stack([a, a + _short(b - a), a + _short(b - a) + _short(c - b)])
    return along.min(axis=0), along.max(axis=0)


def clipped(west: Array, east: Array, sides: Array, triangles: Indices, beta: Array) -> tuple[Array, Array]:
    """Where triangles begin and end at the colatitudes `beta`, all `(pairs,)`; where nothing is left, at one place.

    A side whose interval meets the triangle's own from both ends takes nothing away here.
    """
    begin, end = west[triangles], east[triangles]
    middle, half = (begin + end) / 2, (end - begin) / 2
    for x, y, z in sides:
        level = np.hypot(x, y)[triangles] * np.sin(beta)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.arccos(np.clip(-z[triangles] * np.cos(beta) / level, -1, 1)) + SLACK
        centre = middle + _short(np.arctan2(y, x)[triangles] - middle)
        once = reach + half + np.abs(centre - middle) < 2 * np.pi
        begin = np.where(once, np.maximum(begin, centre - reach), begin)
        end = np.where(once, np.minimum(end, centre + reach), end)
    return begin, end


def _short(angle: Array) -> Array:
    return np.asarray(np.mod(angle + np.pi, 2 * np.pi) - np.pi)


def _above(places: Array) -> Indices:
    return np.ceil(places).astype(np.intp)


def _below(places: Array) -> Indices:
    return np.floor(places).astype(np.intp)
