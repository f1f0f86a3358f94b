"""Planar images on the northern hemisphere."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from svertka.data.spheres.planes import from_plane
from svertka.geometry import random_rotations, rotation_matrix, sphere_directions, sphere_weights


@pytest.fixture
def image(rng):
    """Smooth, and black at its border."""
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    return np.rint(255 * np.clip(1 - 1.5 * ((x - 0.2) ** 2 + 2 * y**2), 0, 1)).astype(np.uint8)[None]


def lines(image, points):
    """The projection, written out by SciPy for one grey image."""
    plane = points[..., :2] / (1 + points[..., 2:].clip(0))
    places = (plane[..., ::-1] + 1) / 2 * (len(image) - 1)
    values = map_coordinates(image.astype(float), np.moveaxis(places, -1, 0), order=1, mode="constant")
    return np.where(points[..., 2] > 0, values, 0)


@pytest.mark.parametrize("b", [12, 30])
def test_values_are_those_of_the_plane_between_pixels(rng, b):
    image = rng.normal(size=(3, 28, 28)).astype(np.float32)
    wanted = np.stack([lines(channel, sphere_directions(b)) for channel in image])
    np.testing.assert_allclose(from_plane(image, b), wanted, atol=2e-4)


def test_turned_images_show_what_they_showed_before_the_turn(rng):
    images = rng.normal(size=(4, 1, 28, 28)).astype(np.float32)
    turns = rotation_matrix(*random_rotations(4, rng))
    wanted = [lines(image[0], sphere_directions(12) @ turn) for image, turn in zip(images, turns, strict=True)]
    np.testing.assert_allclose(from_plane(images, 12, turns)[:, 0], wanted, atol=2e-4)


def test_the_pole_shows_the_middle_and_the_south_nothing():
    image = np.full((1, 9, 9), 100, np.uint8)
    image[:, 3:6, 3:6] = 200
    found = from_plane(image, 16)[0]
    assert found.dtype == np.uint8
    assert (found[0] == 200).all()
    assert (found[16:] == 0).all()


def test_a_turn_of_the_plane_by_a_right_angle_is_one_about_the_pole(image):
    np.testing.assert_array_equal(
        from_plane(np.rot90(image, -1, axes=(1, 2)), 12), np.roll(from_plane(image, 12), 6, axis=-1)
    )


def test_turning_keeps_the_light_on_the_sphere(image, rng):
    turns = rotation_matrix(*random_rotations(20, rng))
    found = from_plane(np.stack([image] * 20), 20, turns)
    light = np.einsum("ncjk,j->n", found, sphere_weights(20))
    np.testing.assert_allclose(light, np.einsum("cjk,j->", from_plane(image, 20), sphere_weights(20)), rtol=0.02)
    assert len(np.unique(found, axis=0)) == 20


def test_of_an_image_that_is_no_square_the_middle_is_taken(rng):
    wide = rng.normal(size=(1, 20, 36)).astype(np.float32)
    np.testing.assert_allclose(from_plane(wide, 9), from_plane(wide[..., 8:28], 9), atol=1e-5)


def test_a_fine_image_is_made_coarser_without_aliasing():
    """Stripes of two pixels are grey from afar."""
    stripes = np.zeros((1, 400, 400), np.uint8)
    stripes[..., ::2] = 200
    found = from_plane(stripes, 10)[0, :9]
    assert abs(found.astype(int) - 100).max() <= 3
