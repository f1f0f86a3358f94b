import numpy as np
import pytest

from svertka import ShapeError
from svertka.drawing.directions import colouring, painted_at, spherical, values_at
from svertka.geometry import rotation_matrix, sphere_grid

B = 24


def smooth(beta, alpha):
    """A polynomial of the coordinates of a point, which does not know of poles."""
    x, y, z = np.sin(beta) * np.cos(alpha), np.sin(beta) * np.sin(alpha), np.cos(beta)
    return x * y + z**3 - 0.5 * x


def sampled(f=smooth, b=B):
    beta, alpha = sphere_grid(b)
    return f(beta[:, None], alpha)


def test_samples_are_met():
    beta, alpha = sphere_grid(B)
    np.testing.assert_allclose(values_at(sampled(), beta[:, None], alpha), sampled(), atol=1e-4)


@pytest.mark.parametrize("beta", [0.0, 0.01, 1.234, 3.13, np.pi])
def test_a_smooth_function_is_known_everywhere_beyond_poles_and_round_the_world(beta):
    alpha = np.linspace(-7, 7, 40)
    np.testing.assert_allclose(values_at(sampled(), beta, alpha), smooth(beta, alpha), atol=2e-3)


def test_edges_do_not_overshoot():
    beta, alpha = sphere_grid(B)
    step = (beta[:, None] + 0 * alpha > 1).astype(float)
    found = values_at(step, np.linspace(0, np.pi, 500), 0.3)
    assert (found.min(), found.max()) == (0, 1)


def test_slices_of_rotations_go_on_half_a_turn_later_beyond_a_pole():
    """Over the pole, `R(α, -β, γ) = R(α + π, β, γ + π)`: a function of the matrix alone is met there."""
    b = 12
    beta, alpha = sphere_grid(b)
    matrix = rotation_matrix(alpha, beta[:, None], 0.4)
    turned = rotation_matrix(alpha, beta[:, None], 0.4 + np.pi)
    entry = values_at(matrix[..., 0, 1], 0.0, alpha, across=turned[..., 0, 1])
    np.testing.assert_allclose(entry, rotation_matrix(alpha, 0.0, 0.4)[..., 0, 1], atol=3e-3)


def test_where_there_are_negative_numbers_white_is_nought():
    found = colouring([[-1.0, 3.0]], None, None)
    assert (found.low, found.high) == (-3, 3)
    np.testing.assert_allclose(found.painted(np.zeros(1)), 1, atol=0.01)


def test_bounds_are_kept_and_a_constant_has_some():
    assert colouring([[-1.0, 3.0]], (-2, 5), "viridis").low == -2
    assert colouring([[4.0, 4.0]], None, None).high == 5


def test_colours_of_8_bits_are_shown_as_they_are():
    grey = np.full((3, 8, 8), 51, np.uint8)
    found = painted_at(grey, np.ones(2), np.ones(2), colouring(grey, None, None))
    np.testing.assert_allclose(found, 0.2)


@pytest.mark.parametrize("shape", [(8, 6), (7, 7), (3, 8, 8), (2, 8, 8), (8,), (0, 0)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match=r"a signal to draw is \(2b, 2b\)"):
        spherical(np.zeros(shape))


def test_one_channel_needs_no_axis():
    assert spherical(np.zeros((1, 8, 8))).shape == (8, 8)
