"""Shapes of twelve kinds, each of random proportions and with rough faces, as they stand or turned at random."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from svertka.data.datasets import DataSet, Origin, classified
from svertka.data.samples import Arrays
from svertka.data.spheres.shapes import Mesh, on_sphere
from svertka.errors import MissingExtra
from svertka.geometry import random_rotations, rotation_matrix

if TYPE_CHECKING:
    from trimesh import Trimesh

    Maker = Callable[[np.random.Generator], Trimesh]

ROUGHNESS = 0.02  # standard deviation of a point's place along each axis, by the longest side of the shape
FINENESS = 0.2  # longest edge, likewise
AROUND = 24  # corners of a circle


def kinds() -> "dict[str, Maker]":
    """How a shape of each kind is made, about the z-axis where it has an axis.

    Raises:
        MissingExtra: trimesh is not installed.
    """
    try:
        from trimesh import creation
    except ImportError:
        raise MissingExtra("making shapes", "trimesh", "sphere") from None
    return {
        "annulus": lambda rng: creation.annulus(rng.uniform(0.3, 0.7), 1, rng.uniform(0.5, 2), sections=AROUND),
        "beams": _beams,
        "box": lambda rng: creation.box(rng.uniform(0.5, 1.5, 3)),
        "capsule": lambda rng: creation.capsule(rng.uniform(0.8, 2), rng.uniform(0.3, 0.7), count=(12, AROUND)),
        "cone": lambda rng: creation.cone(rng.uniform(0.5, 1), rng.uniform(0.8, 2), sections=AROUND),
        "cross": _cross,
        "cylinder": lambda rng: creation.cylinder(rng.uniform(0.4, 0.8), rng.uniform(0.6, 2), sections=AROUND),
        "dumbbell": _dumbbell,
        "ellipsoid": lambda rng: creation.icosphere(subdivisions=2).apply_scale(rng.uniform(0.4, 1, 3)),
        "prism": lambda rng: creation.cylinder(rng.uniform(0.5, 1), rng.uniform(0.6, 2), sections=3),
        "pyramid": lambda rng: creation.cone(rng.uniform(0.5, 1), rng.uniform(0.8, 2), sections=4),
        "torus": lambda rng: creation.torus(1, rng.uniform(0.15, 0.45), major_sections=AROUND, minor_sections=12),
    }


def _beams(rng: np.random.Generator) -> "Trimesh":
    """Two beams whose ends meet in a right angle."""
    thick, (one, other) = rng.uniform(0.2, 0.4), rng.uniform(0.8, 1.6, 2)
    return _joined(_block((one, thick, thick), (one / 2, 0, 0)), _block((thick, thick, other), (0, 0, other / 2)))


def _cross(rng: np.random.Generator) -> "Trimesh":
    """Three beams with one middle, along the axes."""
    thick, lengths = rng.uniform(0.2, 0.4), rng.uniform(1, 2, 3)
    return _joined(*(_block(np.where(np.arange(3) == axis, lengths, thick).tolist()) for axis in range(3)))


def _dumbbell(rng: np.random.Generator) -> "Trimesh":
    """Two balls on a rod."""
    from trimesh import creation

    apart, rod = rng.uniform(1.2, 2), rng.uniform(0.1, 0.2)
    balls = [creation.icosphere(subdivisions=2, radius=rng.uniform(0.3, 0.5)) for _ in range(2)]
    for ball, side in zip(balls, (-1, 1), strict=True):
        ball.apply_translation((0, 0, side * apart / 2))
    return _joined(*balls, creation.cylinder(rod, apart, sections=AROUND))


def _block(sides: Sequence[float], place: Sequence[float] = (0, 0, 0)) -> "Trimesh":
    from trimesh import creation

    block: Trimesh = creation.box(sides)
    block.apply_translation(place)
    return block


def _joined(*parts: "Trimesh") -> "Trimesh":
    from trimesh import Trimesh

    ends = np.cumsum([0, *(len(part.vertices) for part in parts)])
    faces = [part.faces + begin for part, begin in zip(parts, ends, strict=False)]
    return Trimesh(np.concatenate([part.vertices for part in parts]), np.concatenate(faces), process=False)


def made(number: int, seed: int, *, turn: bool) -> tuple[Mesh, str]:
    """The shape of this number and its kind: the same for the same seed, turned or not."""
    rng = np.random.default_rng([seed, number])
    found = kinds()
    kind = sorted(found)[number % len(found)]
    mesh = rough(found[kind](rng), rng)
    return (turned(mesh, rng) if turn else mesh), kind


def rough(shape: "Trimesh", rng: np.random.Generator) -> Mesh:
    """The same with no long edges, and with every point a little off its place."""
    from trimesh.remesh import subdivide_to_size

    size = float(np.max(shape.extents))
    points, faces = subdivide_to_size(shape.vertices, shape.faces, FINENESS * size)[:2]
    return Mesh(points + rng.normal(0, ROUGHNESS * size, points.shape), np.asarray(faces))


def turned(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    """The same, turned at random."""
    return Mesh(mesh.points @ rotation_matrix(*random_rotations(1, rng))[0].T, mesh.triangles)


def shapes(counts: Mapping[str, int], b: int, seed: int, *, turn: bool, name: str) -> DataSet:
    """A data set with so many shapes in each part, as images `(6, 2b, 2b)` on the sphere."""
    found = [made(number, seed, turn=turn) for number in range(sum(counts.values()))]
    samples = Arrays({name: np.stack([on_sphere(mesh, b) for mesh, _ in found])}, "NCHW")
    parts = [part for part, count in counts.items() for _ in range(count)]
    return classified(Origin(name, "", "shapes made in Python", samples, parts), [kind for _, kind in found])
