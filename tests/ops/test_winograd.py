import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.ops.winograd import FORMS, FOUR, TWO

POINTS = {FOUR: (0.0, 1.0, -1.0, 2.0, -2.0), TWO: (0.0, 1.0, -1.0)}
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: f"F({form.side})")


def correlated(tile, weight):
    """The outputs by their definition."""
    side = len(tile) - 2
    rows = [[np.sum(tile[i : i + 3, j : j + 3] * weight) for j in range(side)] for i in range(side)]
    return np.array(rows)


@each_form
@given(seed=st.integers(0, 2**32 - 1))
def test_the_three_steps_are_a_convolution(form, seed):
    rng = np.random.default_rng(seed)
    side = form.inputs
    tile, weight = rng.normal(size=(side, side)), rng.normal(size=(3, 3))
    inside = form.kernels(weight[None, None]).reshape(side, side) * np.array(form.of_inputs(tile))
    np.testing.assert_allclose(form.of_products(inside), correlated(tile, weight), atol=1e-12)


@each_form
def test_kernels_are_polynomials_at_the_points_up_to_lagranges_factor(form):
    weight, points = np.array([3.0, -1.0, 5.0]), POINTS[form]
    found = form.kernel @ weight
    for row, point in enumerate(points):
        others = np.prod([point - other for other in points if other != point])
        assert abs(found[row]) == pytest.approx(abs(np.polyval(weight[::-1], point) / others))
    assert found[-1] == 5.0  # at infinity


@each_form
def test_kernels_lie_products_first_then_inputs_then_outputs(form):
    weight = np.random.default_rng(0).normal(size=(5, 7, 3, 3))
    found = form.kernels(weight)
    assert found.shape == (form.products, 7, 5)
    expected = form.kernel @ weight[4, 2] @ form.kernel.T
    np.testing.assert_allclose(found[:, 2, 4].reshape(form.inputs, form.inputs), expected)


def test_products_are_a_quarter_or_less_than_half_of_the_definitions():
    assert [(form.side**2 * 9, form.products) for form in FORMS] == [(144, 36), (36, 16)]
    assert [form.tiles((7, 9)) for form in FORMS] == [6, 20]
