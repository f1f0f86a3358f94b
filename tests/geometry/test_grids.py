import numpy as np
import pytest
from numpy.polynomial import legendre

from svertka import geometry
from svertka.errors import SettingError

BANDWIDTHS = [1, 2, 3, 5, 8, 32]


@pytest.mark.parametrize("b", BANDWIDTHS)
def test_rings_lie_between_the_poles_and_samples_begin_at_longitude_zero(b):
    beta, alpha = geometry.sphere_grid(b)
    assert len(beta) == len(alpha) == 2 * b
    np.testing.assert_allclose(beta + beta[::-1], np.pi)
    np.testing.assert_allclose(np.diff(beta), np.pi / (2 * b))
    np.testing.assert_allclose(alpha, np.linspace(0, 2 * np.pi, 2 * b, endpoint=False))


@pytest.mark.parametrize("b", BANDWIDTHS)
def test_rotations_stand_on_the_same_rings_and_longitudes(b):
    beta, alpha, gamma = geometry.rotation_grid(b)
    np.testing.assert_array_equal(beta, geometry.sphere_grid(b)[0])
    np.testing.assert_array_equal(alpha, geometry.sphere_grid(b)[1])
    np.testing.assert_array_equal(gamma, alpha)


@pytest.mark.parametrize("b", BANDWIDTHS)
def test_integrals_of_legendre_polynomials_below_twice_the_bandwidth_are_exact(b):
    """Their means over the sphere are 1 for degree 0 and else 0. At degree 2b the grid begins to err."""
    beta, _ = geometry.sphere_grid(b)
    means = 2 * b * geometry.sphere_weights(b) @ legendre.legvander(np.cos(beta), 2 * b)
    np.testing.assert_allclose(means[: 2 * b], np.eye(2 * b)[0], atol=1e-14)
    assert abs(means[2 * b]) > 1e-5


@pytest.mark.parametrize("b", BANDWIDTHS)
def test_the_weights_of_all_samples_add_up_to_one(b):
    assert geometry.sphere_weights(b).sum() * 2 * b == pytest.approx(1, abs=1e-14)
    assert geometry.rotation_weights(b).sum() * (2 * b) ** 2 == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("b", [0, -3, 2.5, "4", True])
@pytest.mark.parametrize("made", [geometry.sphere_grid, geometry.rotation_grid, geometry.sphere_weights])
def test_a_bandwidth_is_a_positive_integer(made, b):
    with pytest.raises(SettingError, match="a bandwidth should be a positive integer, not"):
        made(b)


@pytest.mark.parametrize("b", BANDWIDTHS)
def test_directions_are_where_rotations_take_the_pole(b):
    beta, alpha = geometry.sphere_grid(b)
    wanted = geometry.rotation_matrix(alpha, beta[:, None], 0.7)[..., 2]
    np.testing.assert_allclose(geometry.sphere_directions(b), wanted, atol=1e-15)
