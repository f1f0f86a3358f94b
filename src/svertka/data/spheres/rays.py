"""Where rays from all sides of a sphere to its centre first meet a surface of triangles.

All rays meet in one point, the origin, so a ray is a direction `x`, and it meets a triangle `a, b, c` where `x` lies
in the cone that the corners span: `x·(b×c)`, `x·(c×a)` and `x·(a×b)` have the sign of `a·(b×c)`. It does so at the
distance `a·(b×c) / x·N` from the origin, where `N = a×b + b×c + c×a` is normal to the triangle. The products of an edge
are the same for both of its triangles but for the sign, so no ray slips through between two of them.

Which rays a triangle may meet is known beforehand: `spans` gives, for each row of the grid that it covers, the columns.
So the work is that of the triangles and of what they cover, not of all pairs.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svertka.data.spheres.spans import Array, Indices, Spans, spans
from svertka.geometry import sphere_directions

EDGE_ON = 1e-9  # distance of a plane from the origin, by that of the farthest corner, below which it is seen edge-on
TRIED = 1 << 18  # pairs of a ray and a triangle at once


class Hits(NamedTuple):
    """For each direction of the grid, how far from the origin its ray first meets the surface, and in which triangle.

    Both are `(2b, 2b)`; where a ray meets nothing, the distance is 0 and the triangle -1.
    """

    distances: Array
    triangles: Indices


def first_hits(corners: Array, b: int) -> Hits:
    """Where rays of the grid of bandwidth `b` first meet triangles on their way from far outside to the origin.

    Triangles whose plane holds the origin are seen edge-on, and are not met.

    Args:
        corners: `(triangles, 3, 3)`: of each its corners, and of each corner x, y and z.
        b: bandwidth.
    """
    seen = np.flatnonzero(~edge_on(corners))
    sides, heights = cones(corners[seen])
    x = sphere_directions(b).reshape(-1, 3).T
    distances, triangles = np.zeros(4 * b * b), np.full(4 * b * b, -1, dtype=np.intp)
    for place, ray in _tried(spans(corners[seen], sides, b), b):
        inside = (sides[:, :, place] * x[:, ray]).sum(axis=1)
        met = (inside >= 0).all(axis=0)
        place, ray = place[met], ray[met]
        found = heights[place] / inside[:, met].sum(axis=0)
        order = np.argsort(found, kind="stable")
        order = order[found[order] > distances[ray[order]]]
        # Of several triangles before one ray the last is kept, which is the farthest from the origin.
        distances[ray[order]], triangles[ray[order]] = found[order], seen[place[order]]
    return Hits(distances.reshape(2 * b, 2 * b), triangles.reshape(2 * b, 2 * b))


def edge_on(corners: Array) -> NDArray[np.bool_]:
    """Which triangles lie in a plane with the origin, or are no more than a line."""
    normals = normals_of(corners)
    heights = np.abs((corners[:, 0] * normals).sum(axis=-1))
    farthest = np.linalg.norm(corners, axis=-1).max(initial=0.0)
    return np.asarray(heights <= EDGE_ON * farthest * np.linalg.norm(normals, axis=-1))


def normals_of(corners: Array) -> Array:
    """What is normal to each triangle, and twice as long as its area, `(triangles, 3)`."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def cones(corners: Array) -> tuple[Array, Array]:
    """The normals of the three sides of each triangle's cone, inwards, `(3, 3, triangles)`, and `|a·(b×c)|`.

    The first axis is that of the sides, the second x, y and z.
    """
    sides = np.stack([np.cross(corners[:, i - 2], corners[:, i - 1]) for i in range(3)])
    determinants = (corners[:, 0] * sides[0]).sum(axis=-1)
    inwards = sides * np.sign(determinants)[:, None]
    return np.ascontiguousarray(np.moveaxis(inwards, -1, 1)), np.abs(determinants)


def _tried(those: Spans, b: int) -> Iterator[tuple[Indices, Indices]]:
    """Pairs of a triangle and a ray that it may meet, a limited number at once."""
    ends = np.cumsum(those.columns)
    first = 0
    while first < len(ends):
        limit = TRIED + (ends[first - 1] if first else 0)
        last = max(int(np.searchsorted(ends, limit, side="right")), first + 1)
        yield _pairs(Spans(*(each[first:last] for each in those)), b)
        first = last


def _pairs(those: Spans, b: int) -> tuple[Indices, Indices]:
    span = np.repeat(np.arange(len(those.columns)), those.columns)
    within = np.arange(len(span)) - (np.cumsum(those.columns) - those.columns)[span]
    return those.triangles[span], those.rows[span] * 2 * b + (those.left[span] + within) % (2 * b)
