import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.ops.winograd import KERNEL, kernels, of_inputs, of_products


def correlated(tile, weight):
    """The four by four outputs by their definition."""
    rows = [[np.sum(tile[i : i + 3, j : j + 3] * weight) for j in range(4)] for i in range(4)]
    return np.array(rows)


@given(st.integers(0, 2**32 - 1))
def test_the_three_steps_are_a_convolution(seed):
    rng = np.random.default_rng(seed)
    tile, weight = rng.normal(size=(6, 6)), rng.normal(size=(3, 3))
    inside = kernels(weight[None, None]).reshape(6, 6) * np.array(of_inputs(tile))
    np.testing.assert_allclose(of_products(inside), correlated(tile, weight), atol=1e-12)


@pytest.mark.parametrize("place", [0.0, 1.0, -1.0, 2.0, -2.0])
def test_kernels_are_polynomials_at_the_points_up_to_a_factor(place):
    weight = np.array([3.0, -1.0, 5.0])
    value = np.polyval(weight[::-1], place)
    found = KERNEL @ weight
    row = [0.0, 1.0, -1.0, 2.0, -2.0].index(place)
    others = np.prod([place - other for other in (0.0, 1.0, -1.0, 2.0, -2.0) if other != place])
    assert found[row] == pytest.approx(value / others)  # Lagrange's factor


def test_kernels_lie_products_first_then_inputs_then_outputs():
    weight = np.random.default_rng(0).normal(size=(5, 7, 3, 3))
    found = kernels(weight)
    assert found.shape == (36, 7, 5)
    np.testing.assert_allclose(found[:, 2, 4].reshape(6, 6), KERNEL @ weight[4, 2] @ KERNEL.T)
