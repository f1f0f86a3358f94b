import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from svertka import geometry
from svertka.errors import SettingError, ShapeError

ANGLE = st.floats(-7, 7)
ROTATION = st.tuples(ANGLE, ANGLE, ANGLE)


@given(ROTATION)
def test_matrices_are_those_of_scipy(angles):
    np.testing.assert_allclose(
        geometry.rotation_matrix(*angles), Rotation.from_euler("ZYZ", angles).as_matrix(), atol=1e-14
    )


@given(ANGLE, ANGLE, ANGLE)
def test_the_pole_goes_to_colatitude_beta_and_longitude_alpha(alpha, beta, gamma):
    pole = geometry.rotation_matrix(alpha, beta, gamma) @ [0, 0, 1]
    there = [np.cos(alpha) * np.sin(beta), np.sin(alpha) * np.sin(beta), np.cos(beta)]
    np.testing.assert_allclose(pole, there, atol=1e-14)


@given(ROTATION)
def test_angles_of_a_matrix_give_it_back(angles):
    matrix = geometry.rotation_matrix(*angles)
    found = geometry.euler_angles(matrix)
    assert 0 <= found[1] <= np.pi
    np.testing.assert_allclose(geometry.rotation_matrix(*found), matrix, atol=1e-14)


@pytest.mark.parametrize("beta", [0.0, 1e-12, 1e-7, np.pi - 1e-7, np.pi])
def test_angles_are_found_at_the_poles_too(beta):
    matrix = geometry.rotation_matrix(0.7, beta, -2.1)
    np.testing.assert_allclose(geometry.rotation_matrix(*geometry.euler_angles(matrix)), matrix, atol=1e-14)


@given(ROTATION, ROTATION)
def test_the_second_turns_first(first, second):
    both = Rotation.from_euler("ZYZ", first) * Rotation.from_euler("ZYZ", second)
    np.testing.assert_allclose(geometry.rotation_matrix(*geometry.compose(first, second)), both.as_matrix(), atol=1e-13)


@given(ROTATION)
def test_a_rotation_and_its_inverse_leave_all_in_place(angles):
    back = geometry.compose(angles, geometry.inverse(angles))
    np.testing.assert_allclose(geometry.rotation_matrix(*back), np.eye(3), atol=1e-13)


@given(ROTATION, st.floats(1e-9, 3.1))
def test_the_angle_between_is_by_how_much_one_was_turned(angles, turn):
    axis = Rotation.from_rotvec(np.array([2, -1, 2]) / 3 * turn)
    turned = geometry.euler_angles(Rotation.from_euler("ZYZ", angles).as_matrix() @ axis.as_matrix())
    assert geometry.angle_between(angles, turned) == pytest.approx(turn, rel=1e-6, abs=1e-14)


def test_random_rotations_prefer_none():
    """All entries of a rotation of Haar's measure have mean 0 and mean square 1/3; those of 20,000 deviate by 0.004."""
    matrices = geometry.rotation_matrix(*geometry.random_rotations(20_000, np.random.default_rng(0)))
    assert np.abs(matrices.mean(axis=0)).max() < 5 * 0.0041
    assert np.abs((matrices**2).mean(axis=0) - 1 / 3).max() < 5 * 0.0022


def test_what_is_no_rotation():
    with pytest.raises(ShapeError, match=r"3x3.*\(2, 2\)"):
        geometry.euler_angles(np.eye(2))
    with pytest.raises(SettingError, match="determinant 1"):
        geometry.euler_angles(-np.eye(3))
    with pytest.raises(SettingError, match="orthogonal"):
        geometry.euler_angles(np.ones((3, 3)))
