"""Shapes made for a claim."""

import sys

import numpy as np
import pytest

from svertka import MissingExtra
from svertka.claims.made_shapes import FINENESS, ROUGHNESS, kinds, made, rough, shapes, turned
from svertka.data.spheres.shapes import Mesh, open_edges

trimesh = pytest.importorskip("trimesh")

KINDS = sorted(kinds())


def distances(mesh):
    """From each of the first points to all points: what no turn changes."""
    return np.linalg.norm(mesh.points[:20, None] - mesh.points, axis=-1)


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_every_shape_is_closed_and_has_a_volume(number):
    mesh, kind = made(number, 0, turn=True)
    assert kind == KINDS[number]
    assert open_edges(mesh) == 0
    assert abs(trimesh.Trimesh(mesh.points, mesh.triangles).volume) > 0.05


def test_kinds_come_in_turn_and_no_two_shapes_are_alike():
    shapes_made = [made(number, 0, turn=False) for number in range(2 * len(KINDS))]
    assert [kind for _, kind in shapes_made] == KINDS * 2
    sides = np.array([np.ptp(mesh.points, axis=0) for mesh, _ in shapes_made])
    assert len(np.unique(sides.round(3), axis=0)) == len(sides)


def test_a_number_and_a_seed_make_one_shape_turned_or_not():
    upright, again, round_about = made(7, 1, turn=False)[0], made(7, 1, turn=False)[0], made(7, 1, turn=True)[0]
    np.testing.assert_array_equal(upright.points, again.points)
    np.testing.assert_allclose(distances(upright), distances(round_about), atol=1e-12)
    assert not np.allclose(upright.points, round_about.points)
    other = made(7, 2, turn=False)[0]
    assert other.points.shape == upright.points.shape  # all ellipsoids have as many points
    assert not np.allclose(distances(upright), distances(other))


def test_rough_shapes_have_short_edges_and_points_a_little_off(rng):
    box = trimesh.creation.box((1, 1, 4))
    mesh = rough(box, rng)
    corners = mesh.points[mesh.triangles]
    noise = 4 * ROUGHNESS
    assert np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1).max() < 4 * FINENESS + 8 * noise
    off = np.abs(np.abs(mesh.points) - [0.5, 0.5, 2]).min(axis=1)  # from the nearest side's plane: one axis of three
    assert 0.3 * noise < off.mean() < noise


def test_turns_are_rotations_that_prefer_no_direction(rng):
    arrow = Mesh(np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]))
    tips = np.array([turned(arrow, rng).points for _ in range(2000)])
    np.testing.assert_allclose(np.linalg.det(tips), np.linalg.det(arrow.points))
    assert np.abs(tips.mean(axis=0)).max() < 4 / np.sqrt(3 * 2000)  # four deviations of a mean


def test_a_data_set_has_as_many_shapes_in_each_part_as_asked():
    data = shapes({"train": 12, "test": 24}, 4, 0, turn=True, name="R")
    assert list(data.classes) == KINDS
    assert [(data.parts == part).sum() for part in ("train", "test")] == [12, 24]
    assert data.samples.read(0).pixels.shape == (6, 8, 8)
    np.testing.assert_array_equal(data.targets, np.tile(np.arange(12), 3))


def test_without_trimesh_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "trimesh", None)
    with pytest.raises(MissingExtra, match=r"making shapes needs trimesh, .*pip install 'svertka\[sphere\]'"):
        kinds()
