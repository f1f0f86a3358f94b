"""Digits on the northern hemisphere."""

import numpy as np
import pytest

from svertka.claims.spherical_digits import directions, on_sphere, spherical, wrapped
from svertka.data.sets import open_data
from svertka.geometry import rotation_matrix, sphere_grid, sphere_weights


@pytest.fixture
def image(rng):
    """Smooth, and black at its border."""
    y, x = np.mgrid[-1:1:28j, -1:1:28j]
    return np.rint(255 * np.clip(1 - 1.5 * ((x - 0.2) ** 2 + 2 * y**2), 0, 1)).astype(np.uint8)


def test_directions_are_those_of_the_grid():
    points, (beta, alpha) = directions(5), sphere_grid(5)
    np.testing.assert_allclose(points[..., 2], np.broadcast_to(np.cos(beta)[:, None], (10, 10)), atol=1e-15)
    np.testing.assert_allclose(
        np.arctan2(points[..., 1], points[..., 0]) % (2 * np.pi), np.tile(alpha, (10, 1)), atol=1e-12
    )


def test_the_middle_is_on_the_pole_and_the_inscribed_circle_on_the_equator():
    image = np.arange(25, dtype=np.uint8).reshape(5, 5)
    almost = np.array([[0, 0, 1.0], [1, 0, 1e-9], [0, 1, 1e-9], [-1, 0, 1e-9], [0, 0, -1.0]])
    np.testing.assert_array_equal(wrapped(image, almost), [image[2, 2], image[2, 4], image[4, 2], image[2, 0], 0])


def test_angles_between_directions_from_the_middle_are_kept(image):
    """A turn of the image by a right angle is a turn about the pole."""
    np.testing.assert_array_equal(
        wrapped(np.rot90(image, -1), directions(8)), np.roll(wrapped(image, directions(8)), 4, axis=1)
    )


def test_turned_by_a_rotation_it_shows_what_it_showed_there_before(image):
    """About the z-axis by π/2, that is half of `b` steps of longitude."""
    turn = rotation_matrix(np.pi / 2, 0.0, 0.0)
    np.testing.assert_allclose(
        wrapped(image, directions(8) @ turn).astype(int), np.roll(wrapped(image, directions(8)), 4, axis=1), atol=1
    )


def test_turning_keeps_the_light_on_the_sphere(image, rng):
    images = np.stack([image] * 20)
    light = np.einsum("njk,j->n", on_sphere(images, 20, rng), sphere_weights(20))
    still = np.einsum("njk,j->n", on_sphere(images, 20), sphere_weights(20))
    np.testing.assert_allclose(light, still, rtol=0.02)
    assert len(np.unique(on_sphere(images, 20, rng), axis=0)) == 20


def test_classes_and_parts_stay_what_they_were():
    digits = open_data("digits")
    made = spherical(digits, 4, "R", np.random.default_rng(0))
    assert (made.classes, len(made)) == (digits.classes, len(digits))
    np.testing.assert_array_equal(made.targets, digits.targets)
    assert made.samples.read(3).pixels.shape == (1, 8, 8)
