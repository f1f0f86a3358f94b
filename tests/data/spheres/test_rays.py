"""Where rays to the centre first meet a surface."""

import numpy as np
import pytest

from svertka.data.spheres.rays import edge_on, first_hits, normals_of
from svertka.geometry import random_rotations, rotation_matrix, sphere_directions

trimesh = pytest.importorskip("trimesh")


def cast(corners, b):
    """The same, one triangle after another, by the solution of `x = λ₁a + λ₂b + λ₃c`: distances `(2b, 2b)`."""
    x = sphere_directions(b).reshape(-1, 3).T
    found = np.zeros(4 * b * b)
    for triangle in corners:
        shares = np.linalg.solve(triangle.T, x)
        inside = (shares >= 0).all(axis=0)
        found[inside] = np.maximum(found[inside], 1 / shares[:, inside].sum(axis=0))
    return found.reshape(2 * b, 2 * b)


def test_first_hits_are_those_of_a_plain_loop_over_all_triangles(rng):
    soup = rng.normal(size=(200, 3, 3)) * rng.uniform(0, 1, (200, 1, 1)) + rng.normal(size=(200, 1, 3))
    hits = first_hits(soup, 16)
    np.testing.assert_allclose(hits.distances, cast(soup, 16), rtol=1e-9)
    assert ((hits.triangles >= 0) == (hits.distances > 0)).all()


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.torus(0.6, 0.25, major_sections=12, minor_sections=8),
        trimesh.creation.capsule(height=1, radius=0.3, count=[8, 8]),
        trimesh.creation.annulus(0.3, 0.6, 0.4, sections=12),
    ],
    ids=["torus", "capsule", "annulus"],
)
def test_first_hits_are_those_of_trimesh(mesh, rng):
    """Of rays in general position: on edges, engines may take either side."""
    pytest.importorskip("rtree")
    turn = rotation_matrix(*random_rotations(1, rng))[0]
    corners = np.asarray(mesh.triangles) @ turn.T + 0.01
    hits = first_hits(corners, 8)
    points = sphere_directions(8).reshape(-1, 3)
    peer = trimesh.Trimesh(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3), process=False).ray
    where, ray, triangle = peer.intersects_location(2 * points, -points, multiple_hits=False)
    found = np.zeros(len(points))
    found[ray] = (where * points[ray]).sum(axis=-1).clip(0)  # beyond the centre is a miss to us
    np.testing.assert_allclose(hits.distances.ravel(), found, atol=1e-9)
    seen = found[ray] > 0
    assert (hits.triangles.ravel()[ray[seen]] == triangle[seen]).all()


def test_a_closed_surface_about_the_centre_lets_no_ray_through():
    """Rays along the axes and the diagonals meet edges and corners."""
    for mesh in (trimesh.creation.box(), trimesh.creation.icosphere(subdivisions=3), trimesh.creation.cylinder(1, 1)):
        assert (first_hits(np.asarray(mesh.triangles), 16).triangles >= 0).all()


def test_of_two_shells_the_outer_one_is_met_wherever_it_stands_in_the_list():
    shell = np.asarray(trimesh.creation.icosphere(subdivisions=2).triangles)
    for shells, outer in ((np.concatenate([shell, 0.5 * shell]), 0), (np.concatenate([0.5 * shell, shell]), 1)):
        assert (first_hits(shells, 8).triangles // len(shell) == outer).all()


def test_many_small_triangles_and_few_large_ones_give_the_same_box():
    coarse = trimesh.creation.box((1, 2, 3))
    fine = coarse.subdivide_to_size(0.05)
    assert len(fine.faces) > 20_000
    few, many = (first_hits(np.asarray(mesh.triangles), 64).distances for mesh in (coarse, fine))
    np.testing.assert_allclose(few, many, rtol=1e-12)


def test_planes_through_the_centre_are_seen_edge_on():
    wall = np.array([[[1, 0, 1], [-1, 0, 1], [0, 0, -1]], [[1, 1, 1], [1, 1, 1], [0, 1, 0]]], dtype=float)
    assert edge_on(wall).all()
    assert not edge_on(wall + np.array([0, 1e-3, 0]))[0]
    assert (first_hits(wall, 8).triangles == -1).all()


def test_normals_are_as_long_as_twice_the_area():
    np.testing.assert_array_equal(normals_of(np.array([[[0, 0, 0], [2, 0, 0], [0, 3, 0.0]]])), [[0, 0, 6]])
