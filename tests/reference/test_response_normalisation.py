import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_torch
from svertka import reference


@settings(max_examples=200)
@given(generators(), st.integers(1, 6), st.integers(1, 7), st.floats(1e-4, 1), st.floats(0.1, 1.5), st.floats(0.5, 3))
def test_values_and_gradients_are_those_of_torch_and_of_differences(rng, channels, size, alpha, beta, k):
    x = rng.standard_normal((2, channels, 3))
    settings = {"size": size, "alpha": alpha, "beta": beta, "k": k}
    pair = (
        lambda x: reference.local_response_norm(x, **settings),
        lambda g, x: reference.local_response_norm_backward(g, x, **settings),
    )
    agrees_with_torch(*pair, lambda x: F.local_response_norm(x, size, alpha, beta, k), x, rng=rng)
    agrees_with_differences(*pair, x, rng=rng)


def test_a_lone_channel_is_divided_by_its_own_energy():
    x = np.array([[[2.0]]])
    np.testing.assert_allclose(reference.local_response_norm(x), 2 / (2 + 1e-4 / 5 * 4) ** 0.75)
