"""Shapes as images on the sphere around them."""

import numpy as np
import pytest

from svertka import DataError
from svertka.data.spheres.shapes import BANDWIDTH, CHANNELS, Mesh, centred, hull, on_sphere, open_edges, pictured
from svertka.geometry import about_z, random_rotations, rotation_matrix, sphere_directions

trimesh = pytest.importorskip("trimesh")


def mesh_of(shape):
    return Mesh(np.asarray(shape.vertices), np.asarray(shape.faces))


def moved(mesh, turn=None, scale=1.0, shift=0.0):
    return Mesh(scale * mesh.points @ (np.eye(3) if turn is None else turn).T + shift, mesh.triangles)


def ellipsoid(axes, subdivisions):
    shape = trimesh.creation.icosphere(subdivisions=subdivisions)
    return Mesh(np.asarray(shape.vertices) * axes, np.asarray(shape.faces))


@pytest.fixture
def torus():
    return mesh_of(trimesh.creation.torus(0.7, 0.3))


def test_a_sphere_is_met_at_once_and_along_its_normals():
    """As far as flat faces are a sphere: all of a face is within `edge/√3` of its middle."""
    shape = trimesh.creation.icosphere(subdivisions=5)
    reach = shape.edges_unique_length.max() / np.sqrt(3)
    image = on_sphere(moved(mesh_of(shape), scale=3), 16)
    assert image.shape == (6, 32, 32)
    assert image.dtype == np.float32
    for distance, cosine, sine in (image[:3], image[3:]):
        assert distance.max() < 1 - np.sqrt(1 - reach**2)
        assert cosine.min() > np.sqrt(1 - reach**2)
        assert sine.max() < reach < 0.025


def test_a_box_is_met_where_geometry_says():
    half = np.array([0.5, 1, 1.5])
    x = np.abs(sphere_directions(16))
    side = np.argmax(x / half, axis=-1)
    reached = 1 / np.max(x / half, axis=-1) / np.linalg.norm(half)
    cosine = np.take_along_axis(x, side[..., None], axis=-1)[..., 0]
    for image in np.split(on_sphere(mesh_of(trimesh.creation.box(2 * half)), 16), 2):
        np.testing.assert_allclose(image[0], 1 - reached, atol=1e-6)
        np.testing.assert_allclose(image[1], cosine, atol=1e-6)
        np.testing.assert_allclose(image[2], np.sqrt(1 - cosine**2), atol=1e-6)


def test_an_ellipsoid_is_met_where_geometry_says():
    """Its points are `t x` with `t² Σ x²/a² = 1`, its normals along `x/a²`; flat faces leave errors of their size."""
    axes = np.array([1, 0.7, 0.5])
    x = sphere_directions(16)
    image = on_sphere(ellipsoid(axes, 6), 16)
    normal = x / axes**2
    cosine = (x * normal).sum(axis=-1) / np.linalg.norm(normal, axis=-1)
    np.testing.assert_allclose(image[0], 1 - 1 / np.linalg.norm(x / axes, axis=-1), atol=5e-4)
    np.testing.assert_allclose(image[1], cosine, atol=0.02)


def test_turning_a_shape_turns_its_image_by_columns(torus):
    """A turn about the axis of the grid by whole columns moves the columns, and changes nothing else."""
    upright = moved(torus, rotation_matrix(0.3, 1.0, 0.2))
    turned = on_sphere(moved(upright, about_z(2 * np.pi * 5 / 32)), 16)
    apart = np.abs(turned - np.roll(on_sphere(upright, 16), 5, axis=-1))
    assert (apart.max(axis=0) < 1e-5).mean() > 0.99  # rays on an edge may take its other side


def test_turning_a_shape_in_any_way_is_turning_the_rays(rng):
    """What the turned box shows at `x` is what the box shows at `R⁻¹x`."""
    half, turn = np.array([0.5, 1, 1.5]), rotation_matrix(*random_rotations(1, rng))[0]
    image = on_sphere(moved(mesh_of(trimesh.creation.box(2 * half)), turn), 16)
    x = np.abs(sphere_directions(16) @ turn)
    np.testing.assert_allclose(image[0], 1 - 1 / np.max(x / half, axis=-1) / np.linalg.norm(half), atol=1e-6)


@pytest.mark.parametrize(("scale", "shift"), [(1e-6, 0), (1e6, 0), (1, [3, -4, 5]), (20, [1e4, 0, 0])])
def test_neither_scale_nor_place_matters(scale, shift, torus):
    np.testing.assert_allclose(on_sphere(moved(torus, scale=scale, shift=shift), 16), on_sphere(torus, 16), atol=1e-5)


def test_a_convex_shape_is_its_own_hull():
    image = on_sphere(mesh_of(trimesh.creation.cylinder(0.5, 2, sections=40)), 16)
    np.testing.assert_allclose(image[:3], image[3:], atol=1e-6)


def test_rays_through_the_hole_of_a_torus_meet_nothing_but_its_hull(torus):
    distance, cosine, sine, *hull_seen = on_sphere(torus, 16)
    assert (distance[0] == 1).all()
    assert not cosine[0].any()
    assert not sine[0].any()
    np.testing.assert_allclose(hull_seen[0][0], 1 - 0.3 / np.cos(np.pi / 64), atol=1e-5)
    np.testing.assert_allclose(distance[15:17], 0, atol=0.02)  # rays along the equator meet its outer rim


def test_the_order_of_a_face_s_corners_does_not_matter(torus, rng):
    flipped = np.where(rng.random(len(torus.triangles))[:, None] < 0.5, torus.triangles, torus.triangles[:, ::-1])
    np.testing.assert_allclose(on_sphere(Mesh(torus.points, flipped), 16), on_sphere(torus, 16), atol=1e-6)


def test_the_centre_is_that_of_the_area_and_the_farthest_corner_is_at_one(torus):
    shape = trimesh.util.concatenate(
        [trimesh.creation.box((1, 2, 3)), trimesh.creation.icosphere().apply_translation([4, 0, 0])]
    )
    corners = centred(mesh_of(shape))
    away = np.asarray(shape.triangles) - shape.centroid
    np.testing.assert_allclose(corners, away / np.linalg.norm(away, axis=-1).max(), atol=1e-12)


def test_the_hull_has_the_volume_that_trimesh_finds(torus):
    corners = centred(torus)
    volume = np.abs(np.linalg.det(hull(corners))).sum() / 6
    shape = trimesh.Trimesh(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3))
    np.testing.assert_allclose(volume, shape.convex_hull.volume)


def test_squares_of_cosine_and_sine_add_up_to_one_where_something_is_met(torus):
    _, cosine, sine = pictured(centred(torus), 16)
    np.testing.assert_allclose((cosine**2 + sine**2)[cosine + sine > 0], 1)
    assert len(CHANNELS) == 6
    assert BANDWIDTH == 64


def test_open_edges_are_counted_whether_or_not_faces_share_their_points(torus):
    box = trimesh.creation.box()
    assert open_edges(torus) == open_edges(mesh_of(box)) == 0
    apart = Mesh(np.asarray(box.triangles).reshape(-1, 3), np.arange(36).reshape(-1, 3))
    assert open_edges(apart) == 0
    assert open_edges(Mesh(apart.points, apart.triangles[1:])) == 3


BOX = mesh_of(trimesh.creation.box())


@pytest.mark.parametrize(
    ("mesh", "words"),
    [
        (Mesh(BOX.points, BOX.triangles[:0]), "no faces"),
        (Mesh(BOX.points[:7], BOX.triangles), "a face names point 7, but its 7 points are counted from 0"),
        (Mesh(BOX.points * [np.nan, 1, 1], BOX.triangles), "8 of its points are NaN or infinite"),
        (Mesh(BOX.points * [1, 0, 0], BOX.triangles), "its 12 faces have no area"),
        (Mesh(BOX.points * 0, BOX.triangles), "its 12 faces have no area"),
        (Mesh(BOX.points * [1, 1, 0], BOX.triangles), "it is flat, all its points lie in one plane"),
    ],
)
def test_what_cannot_be_seen_is_refused(mesh, words):
    with pytest.raises(DataError, match=words):
        on_sphere(mesh, 8)
