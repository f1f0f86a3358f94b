"""Which samples of a grid a triangle may cover."""

import numpy as np
import pytest

from svertka.data.spheres.rays import cones
from svertka.data.spheres.spans import clipped, colatitudes, longitudes, spans
from svertka.geometry import sphere_directions, sphere_grid


def covered(corners, b):
    """Every triangle with every direction inside its cone, `(triangles, 2b, 2b)`, one by one."""
    points = sphere_directions(b).reshape(-1, 3).T
    shares = np.stack([np.linalg.solve(triangle.T, points) for triangle in corners])
    return (shares >= 0).all(axis=1).reshape(-1, 2 * b, 2 * b)


def spanned(corners, b):
    found = np.zeros((len(corners), 2 * b, 2 * b), bool)
    for triangle, row, left, columns in zip(*spans(corners, cones(corners)[0], b), strict=True):
        found[triangle, row, np.arange(left, left + columns) % (2 * b)] = True
    return found


def triangles(rng, count, size):
    """Triangles about random directions, from needles to those that hold half of the sphere."""
    return (
        rng.normal(size=(count, 1, 3)) + size * rng.normal(size=(count, 3, 3)) * rng.uniform(0, 1, (count, 1, 3)) ** 3
    )


@pytest.mark.parametrize("size", [0.05, 0.5, 5.0])
def test_every_sample_that_a_triangle_covers_is_in_its_spans(size, rng):
    corners = triangles(rng, 300, size)
    inside, found = covered(corners, 12), spanned(corners, 12)
    assert inside.any()
    assert not (inside & ~found).any()


def test_spans_hold_hardly_more_than_is_covered(rng):
    corners = triangles(rng, 300, 0.5)
    corners = corners[(np.abs(corners[..., 2]) < 0.8 * np.linalg.norm(corners, axis=-1)).all(axis=1)]
    assert spanned(corners, 40).sum() < 1.2 * covered(corners, 40).sum()


def test_a_triangle_about_a_pole_spans_all_longitudes():
    cap = np.array([[[1, 0, 3], [-1, 2, 3], [-1, -2, 3]]], dtype=float)
    for corners, row in ((cap, 0), (cap * [1, 1, -1], 15)):
        assert spanned(corners, 8)[0, row].all()


def test_edges_rise_above_their_ends_along_great_circles():
    beta, reach = np.radians(50), np.radians(40)
    ends = [[np.cos(a) * np.sin(beta), np.sin(a) * np.sin(beta), np.cos(beta)] for a in (-reach, reach)]
    corners = np.array([[*ends, [1, 0, 0]]])
    north, south = colatitudes(corners, cones(corners)[0])
    np.testing.assert_allclose(north, np.arctan(np.tan(beta) * np.cos(reach)))  # the middle of a great circle's arc
    np.testing.assert_allclose(south, np.pi / 2)
    west, east = longitudes(corners)
    np.testing.assert_allclose([west[0], east[0]], [-reach, reach])


def test_in_a_row_a_triangle_ends_where_its_sides_do():
    corners = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1.0]]])
    sides = cones(corners)[0]
    beta, _ = sphere_grid(8)
    one = np.zeros(8, np.intp)
    begin, end = clipped(np.array([-1.0]), np.array([2.0]), sides, one, beta[:8])
    np.testing.assert_allclose(begin, 0, atol=2e-7)
    np.testing.assert_allclose(end, np.pi / 2, atol=2e-7)
    begin, end = clipped(np.array([-1.0]), np.array([2.0]), sides, one, beta[8:])
    assert (end - begin < 1e-6).all()  # below the equator nothing is left
