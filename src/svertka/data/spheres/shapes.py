"""A shape in space as an image on the sphere around it: distances and normals, its own and those of its convex hull.

As Cohen et al. 2018 (arXiv:1801.10130, section 5.3) made them of SHREC17: from every point of a grid on a sphere around
the shape a ray goes to the centre. Where it first meets the surface, its length so far is the first channel; the cosine
and the sine of the angle between ray and normal are the second and the third. The convex hull gives three more.

The centre is that of the surface's area, and the sphere reaches the farthest corner, so neither a shift nor the scale
changes anything. In the authors' code the farthest corner is at 0.99. Their cosine is that of the normal which the
order of a triangle's corners gives; ours is never negative: the normal is that on the side from where the ray comes.
The two are the same for closed surfaces in good order, and many meshes are not.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from svertka.data.spheres.rays import first_hits, normals_of
from svertka.data.spheres.spans import Array
from svertka.errors import DataError
from svertka.geometry import sphere_directions

BANDWIDTH = 64
CHANNELS = ("distance", "cosine", "sine", "hull's distance", "hull's cosine", "hull's sine")


@dataclass(frozen=True)
class Mesh:
    """A surface: points `(points, 3)`, and triangles as the places of their corners among them, `(triangles, 3)`."""

    points: NDArray[np.floating[Any]]
    triangles: NDArray[np.integer[Any]]


def on_sphere(mesh: Mesh, b: int = BANDWIDTH) -> NDArray[np.float32]:
    """Distance, cosine and sine for the mesh and for its convex hull, `(6, 2b, 2b)`.

    Distances are in radii of the sphere. A ray that meets nothing on its way to the centre has distance 1, and 0 for
    both cosine and sine.

    Raises:
        DataError: the mesh has no triangles, or none with an area; a point is not finite, or is missing; all points lie
            in a plane.
    """
    corners = centred(mesh)
    return np.concatenate([pictured(corners, b), pictured(hull(corners), b)]).astype(np.float32)


def centred(mesh: Mesh) -> Array:
    """The corners of its triangles, `(triangles, 3, 3)`, about the centre of their area, the farthest at distance 1.

    Raises:
        DataError: as `on_sphere`, but for flat ones.
    """
    corners = _checked(mesh)
    corners = corners - corners[0, 0]
    corners = corners / (np.abs(corners).max() or 1.0)
    areas = np.linalg.norm(normals_of(corners), axis=-1)
    if not areas.sum() > 0:
        raise DataError(f"its {len(corners):,} faces have no area")
    corners = corners - np.average(corners.mean(axis=1), axis=0, weights=areas)
    return np.asarray(corners / np.linalg.norm(corners, axis=-1).max())


def hull(corners: Array) -> Array:
    """The triangles of the convex hull, `(triangles, 3, 3)`.

    Raises:
        DataError: it has no volume.
    """
    points = np.unique(corners.reshape(-1, 3), axis=0)
    try:
        return np.asarray(points[ConvexHull(points).simplices])
    except QhullError:
        raise DataError("it is flat, all its points lie in one plane: rays to its middle see nothing of it") from None


def pictured(corners: Array, b: int) -> Array:
    """Distance, cosine and sine for the triangles of a shape in the unit sphere, `(3, 2b, 2b)`."""
    hits = first_hits(corners, b)
    met = hits.triangles >= 0
    rays, normals = sphere_directions(b)[met], normals_of(corners)[hits.triangles[met]]
    normals = normals / np.linalg.norm(normals, axis=-1, keepdims=True)
    picture = np.zeros((3, 2 * b, 2 * b))
    picture[0] = 1 - hits.distances
    picture[1, met] = np.abs((rays * normals).sum(axis=-1))
    picture[2, met] = np.linalg.norm(np.cross(rays, normals), axis=-1)
    return picture.clip(0, 1)


def open_edges(mesh: Mesh) -> int:
    """How many edges have a triangle on one side only, or on an odd number of sides: none in a watertight mesh.

    Points at one place are one point.
    """
    _, places = np.unique(mesh.points, axis=0, return_inverse=True)
    corners = places.reshape(-1)[mesh.triangles]
    edges = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    _, counts = np.unique(edges, axis=0, return_counts=True)
    return int((counts % 2).sum())


def _checked(mesh: Mesh) -> Array:
    """The corners of its triangles as they are."""
    points, triangles = np.asarray(mesh.points, dtype=np.float64), np.asarray(mesh.triangles)
    if not len(triangles):
        raise DataError(f"it has no faces ({len(points):,} points): wanted a surface of triangles")
    if triangles.min() < 0 or triangles.max() >= len(points):
        raise DataError(f"a face names point {triangles.max()}, but its {len(points):,} points are counted from 0")
    corners = points[triangles]
    bad = ~np.isfinite(points[np.unique(triangles)]).all(axis=-1)
    if bad.any():
        raise DataError(f"{bad.sum():,} of its points are NaN or infinite")
    return corners
