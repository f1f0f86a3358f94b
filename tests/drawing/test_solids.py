"""Shapes of triangles as pictures."""

import numpy as np
import pytest

from svertka import ShapeError
from svertka.drawing import solid
from svertka.drawing.globes import directions, eye
from svertka.drawing.solids import modelled, seen

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
FACES = np.array([[a, b, c] for a, b, c, _ in QUADS] + [[a, c, d] for a, _, c, d in QUADS])
BALL = np.ones((8, 8))


def middles(dots):
    across = np.linspace(-1, 1, 2 * dots + 1)[1::2]
    return np.meshgrid(across, -across)


def test_a_triangle_is_seen_where_it_is():
    right, up = middles(40)
    normals, there = seen(np.array([[[-0.5, -0.5, 0], [0.72, -0.5, 0.3], [-0.5, 0.72, 0]]]), 40)
    np.testing.assert_array_equal(there, (right >= -0.5) & (up >= -0.5) & (right + up <= 0.22))
    slope = np.array([-0.3 / 1.22, 0, 1])
    np.testing.assert_allclose(normals[there], np.broadcast_to(slope / np.linalg.norm(slope), (there.sum(), 3)))


def test_what_is_nearer_hides_what_is_behind_it():
    near, far = (np.array([[-1, -1, z], [1, -1, z], [0, 1, z]], dtype=float) for z in (0.5, -0.5))
    tilted = far * [[1, 1, 2], [1, 1, 1], [1, 1, 1]]
    for order in ([near, tilted], [tilted, near]):
        normals, there = seen(np.stack(order), 20)
        np.testing.assert_allclose(normals[there][:, 2], 1)


def test_a_cube_seen_from_a_corner_is_a_hexagon_of_three_faces():
    """Its edges are `√(2/3)` of themselves, and the area of the hexagon is `3√3/2` times such a side's square."""
    corner = (np.arccos(1 / np.sqrt(3)), np.pi / 4)
    normals, there = seen(0.5 * CUBE[FACES] @ eye(corner).T, 200)
    side = np.sqrt(2 / 3)
    assert there.mean() * 4 == pytest.approx(1.5 * np.sqrt(3) * side**2, rel=0.01)
    faces = np.unique(normals[there].round(6), axis=0)
    assert len(faces) == 3
    np.testing.assert_allclose(faces[:, 2], 1 / np.sqrt(3), atol=1e-6)


def test_planes_seen_edge_on_and_lines_are_left_out():
    wall = np.array([[[0, -1, -1], [0, 1, -1], [0, 0, 1]], [[0, 0, 0], [1, 1, 1], [0, 0, 0]]], dtype=float)
    assert not seen(wall, 10)[1].any()


def test_the_balls_are_seen_from_where_the_shape_is_seen():
    """A rod that points to a place lies towards the spot that is painted there."""
    place, eyed = (1.2, 0.9), (1.0, 0.5)
    tip = directions(*place)
    rod = np.array([[0.02, 0, 0], [-0.02, 0, 0], [0, 0.02, 0.02], tip])
    beta, alpha = np.meshgrid(np.pi * (np.arange(32) + 0.5) / 32, np.pi * np.arange(32) / 16, indexing="ij")
    spot = np.exp(-30 * (1 - directions(beta, alpha) @ tip))
    points = np.concatenate([rod, -rod])
    figure = solid(points, [[0, 1, 3], [1, 2, 3], [2, 0, 3]], {"spot": spot}, seen_from=eyed, colours="gray")
    drawn = np.asarray(figure.axes[0].images[0].get_array())[..., 3]
    painted = np.asarray(figure.axes[1].images[0].get_array()).mean(axis=-1)
    row, column = np.unravel_index(painted.argmax(), painted.shape)
    right, up = middles(len(painted))
    towards = eye(eyed) @ tip
    assert (right[row, column], up[row, column]) == pytest.approx(towards[:2], abs=0.1)
    rows, columns = np.nonzero(drawn)
    ends = np.array([np.ptp(right[rows, columns]), np.ptp(up[rows, columns])])
    assert ends[0] / ends[1] == pytest.approx(abs(towards[0] / towards[1]), rel=0.1)


def test_pictures_stand_in_order_under_their_titles():
    figure = solid(CUBE, FACES, {"one": BALL, "two": BALL}, title="a cube")
    assert [axes.get_title() for axes in figure.axes] == ["a cube", "one", "two"]
    alone = solid(CUBE + 100, FACES, {})
    np.testing.assert_array_equal(alone.axes[0].images[0].get_array(), figure.axes[0].images[0].get_array())


def test_the_farthest_corner_just_fits():
    axes = solid(CUBE, FACES, {}).axes[0]
    modelled(axes, 9 * CUBE[FACES], eye((np.pi / 2, 0)), dots=100)
    drawn = np.asarray(axes.images[-1].get_array())[..., 3] > 0
    assert drawn.any(axis=0).sum() == pytest.approx(100 / np.sqrt(3), abs=2)


@pytest.mark.parametrize(("points", "triangles"), [(CUBE[:, :2], FACES), (CUBE, FACES[:, :2]), (CUBE.ravel(), FACES)])
def test_points_and_triangles_come_in_threes(points, triangles):
    with pytest.raises(ShapeError, match=r"a shape is points \(points, 3\) and triangles \(triangles, 3\), not arrays"):
        solid(points, triangles, {"x": BALL})
