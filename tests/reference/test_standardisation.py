import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_torch
from svertka.errors import SettingError
from svertka.reference.standardisation import standardise, standardise_backward

AXES = [(0,), (0, 2), (1, 2), (0, 1, 2)]


@settings(max_examples=200)
@given(generators(), st.sampled_from(AXES))
def test_gradients_are_those_of_torch_and_slopes(rng, axes):
    x = rng.standard_normal((3, 4, 2)) * 5 + 1
    pair = lambda x: standardise(x, axes), lambda g, x: standardise_backward(g, x, axes)

    def peer(x):
        return (x - x.mean(axes, keepdim=True)) / (x.var(axes, keepdim=True, unbiased=False) + 1e-5).sqrt()

    agrees_with_torch(*pair, peer, x, rng=rng)
    agrees_with_differences(
        lambda x: standardise(x, axes, epsilon=0.1),
        lambda g, x: standardise_backward(g, x, axes, epsilon=0.1),
        x,
        rng=rng,
    )


@given(generators(), st.sampled_from(AXES))
def test_what_comes_out_has_mean_zero_and_no_gradient_moves_it(rng, axes):
    x = rng.standard_normal((3, 4, 2))
    np.testing.assert_allclose(standardise(x, axes).mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(
        standardise_backward(rng.standard_normal(x.shape), x, axes).sum(axis=axes), 0, atol=1e-10
    )


def test_an_epsilon_that_is_not_positive():
    with pytest.raises(SettingError, match="epsilon"):
        standardise(np.ones((2, 2)), (0,), epsilon=0)
