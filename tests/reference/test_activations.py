import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_torch
from svertka import reference

PEERS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def operator(name, **given):
    work, back = getattr(reference, name), getattr(reference, f"{name}_backward")
    return lambda x: work(x, **given), lambda g, x: back(g, x, **given)


@pytest.mark.parametrize("name", PEERS)
@settings(max_examples=200)
@given(generators(), st.floats(0.1, 30))
def test_values_and_gradients_are_those_of_torch(name, rng, scale):
    x = rng.standard_normal((3, 4)) * scale
    agrees_with_torch(*operator(name), PEERS[name], x, rng=rng)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@settings(max_examples=200)
@given(generators(), st.floats(0.1, 300), st.integers(-3, 2))
def test_probabilities_are_those_of_torch_along_any_axis(name, rng, scale, axis):
    x = rng.standard_normal((2, 3, 4)) * scale
    agrees_with_torch(*operator(name, axis=axis), lambda x: getattr(torch, name)(x, axis), x, rng=rng)


@pytest.mark.parametrize("name", [*PEERS, "softmax", "log_softmax"])
@given(generators())
def test_gradients_are_slopes(name, rng):
    x = rng.standard_normal((3, 4))
    x = np.where(np.abs(x) < 0.01, 0.5, x)  # away from the corner of the rectifier
    agrees_with_differences(*operator(name), x, rng=rng)


def test_a_sigmoid_is_never_steeper_than_a_quarter():
    slopes = reference.sigmoid_backward(np.ones(2001), np.linspace(-10, 10, 2001))
    assert slopes.max() == pytest.approx(0.25, abs=1e-12)
    assert slopes.argmax() == 1000


def test_great_scores_overflow_nowhere():
    np.testing.assert_allclose(reference.softmax([1000.0, 0.0, -1000.0]), [1, 0, 0], atol=1e-300)
    np.testing.assert_allclose(reference.log_softmax([1000.0, 0.0]), [0, -1000])
    np.testing.assert_allclose(reference.sigmoid([-1000.0, 1000.0]), [0, 1], atol=1e-300)
