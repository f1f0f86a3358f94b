"""Turning spherical images on their grid."""

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from svertka import ops
from svertka.data.spheres.turning import own_turn, random_turns, spun, turned
from svertka.geometry import euler_angles, random_rotations, rotation_matrix, sphere_directions


def test_a_smooth_image_is_turned_as_its_spectrum_says(rng):
    """Linear interpolation errs by at most h²/8 · max |f''| on each axis, with h = π/64 along α."""
    b, angles = 64, random_rotations(1, rng)
    spectrum = np.zeros((1, 2, 16))
    spectrum[..., :] = rng.normal(size=(1, 2, 16))
    smooth = ops.sphere_ifft(spectrum, b)
    wanted = ops.rotate(smooth, tuple(float(angle[0]) for angle in angles))
    found = spun(torch.from_numpy(smooth), rotation_matrix(*angles)).numpy()
    assert abs(found - wanted).max() < 2 * (np.pi / 64) ** 2 / 8 * 3**2 * abs(smooth).max()


def test_a_whole_step_about_the_pole_moves_columns(rng):
    images = rng.normal(size=(1, 3, 12, 12))
    found = turned(images.astype(np.float32), rotation_matrix(np.array([np.pi / 2]), 0.0, 0.0))
    np.testing.assert_allclose(found, np.roll(images, 3, axis=-1), atol=1e-5)


def test_half_a_turn_about_an_axis_in_the_plane_of_the_equator_swaps_the_poles(rng):
    images = rng.normal(size=(1, 1, 10, 10))
    found = turned(images.astype(np.float32), rotation_matrix(np.array([0.0]), np.pi, 0.0))
    wanted = np.roll(images[..., ::-1, ::-1], 1 + 5, axis=-1)  # α becomes π - α
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_eight_bits_stay_eight_bits_and_constants_what_they_are(rng):
    images = np.full((2, 1, 8, 8), 77, np.uint8)
    found = turned(images, rotation_matrix(*random_rotations(2, rng)))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, images)


def test_near_a_pole_values_come_from_both_of_its_sides():
    b = 16
    x = sphere_directions(b)[..., 0]  # smooth, and of both signs about the pole
    turn = rotation_matrix(np.array([0.3]), 0.2, -1.1)
    wanted = (sphere_directions(b) @ turn[0])[..., 0]
    assert abs(turned(x[None, None].astype(np.float32), turn)[0, 0] - wanted).max() < 2 * (np.pi / 16) ** 2 / 8


def test_a_sample_has_a_turn_of_its_own_that_stays():
    assert (own_turn(3, "a") == own_turn(3, "a")).all()
    assert not np.allclose(own_turn(3, "a"), own_turn(3, "b"))
    assert not np.allclose(own_turn(3, "a"), own_turn(4, "a"))


def test_none_of_the_turns_that_samples_have_is_preferred():
    """Under Haar's measure cos β is uniform, and so are the other angles."""
    alpha, beta, gamma = euler_angles(np.stack([own_turn(0, str(i)) for i in range(2000)]))
    assert min(kstest(values, "uniform", args=(low, width)).pvalue for values, low, width in (
        (np.cos(beta), -1, 2), (alpha, -np.pi, 2 * np.pi), (gamma, -np.pi, 2 * np.pi),
    )) > 1e-3  # fmt: skip


@pytest.mark.parametrize("degrees", [10.0, 90.0])
def test_random_turns_go_no_further_than_asked(rng, degrees):
    turns = random_turns(500, degrees, rng)
    angles = np.degrees(np.arccos(((np.trace(turns, axis1=1, axis2=2) - 1) / 2).clip(-1, 1)))
    assert degrees * 0.95 < angles.max() <= degrees + 1e-6
    assert kstest(angles, "uniform", args=(0, degrees)).pvalue > 1e-3


def test_from_half_a_turn_on_no_rotation_is_preferred(rng):
    angles = np.arccos((np.trace(random_turns(2000, 180, rng), axis1=1, axis2=2) - 1) / 2)
    assert kstest(angles, lambda angle: (angle - np.sin(angle)) / np.pi).pvalue > 1e-3  # by Haar's measure
