import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_torch
from svertka import reference
from svertka.errors import ShapeError

SHAPES = [(4, 3), (3, 2, 5), (2, 3, 3, 2), (2, 1, 2, 2, 3)]


def back(gradient, x, scale, shift):
    return tuple(reference.batch_norm_backward(gradient, x, scale))


@settings(max_examples=200)
@given(generators(), st.sampled_from(SHAPES))
def test_learning_is_that_of_torch_and_gradients_are_slopes(rng, shape):
    given = rng.standard_normal(shape) * 3 + 1, rng.standard_normal(shape[1]), rng.standard_normal(shape[1])
    agrees_with_torch(
        reference.batch_norm, back, lambda x, w, b: F.batch_norm(x, None, None, w, b, True), *given, rng=rng
    )
    agrees_with_differences(
        lambda x, w, b: reference.batch_norm(x, w, b, epsilon=0.1),  # so that the slope of near numbers can be measured
        lambda g, x, w, b: tuple(reference.batch_norm_backward(g, x, w, epsilon=0.1)),
        *given,
        rng=rng,
    )


@settings(max_examples=200)
@given(generators(), st.sampled_from(SHAPES))
def test_in_use_it_is_that_of_torch(rng, shape):
    mean, variance = rng.standard_normal(shape[1]), rng.uniform(0.1, 3, shape[1])
    given = rng.standard_normal(shape), rng.standard_normal(shape[1]), rng.standard_normal(shape[1])
    known = torch.tensor(mean), torch.tensor(variance)
    agrees_with_torch(
        lambda x, w, b: reference.batch_norm_running(x, mean, variance, w, b),
        lambda g, x, w, b: tuple(reference.batch_norm_running_backward(g, x, mean, variance, w)),
        lambda x, w, b: F.batch_norm(x, *known, w, b, False),
        *given,
        rng=rng,
    )


@settings(max_examples=200)
@given(generators(), st.sampled_from(SHAPES), st.floats(0, 1))
def test_what_is_remembered_is_what_torch_remembers(rng, shape, momentum):
    x, mean, variance = rng.standard_normal(shape), rng.standard_normal(shape[1]), rng.uniform(0.1, 3, shape[1])
    theirs = torch.tensor(mean), torch.tensor(variance)
    F.batch_norm(torch.tensor(x), *theirs, None, None, True, momentum)
    found = reference.running_statistics(x, mean, variance, momentum=momentum)
    np.testing.assert_allclose(found[0], theirs[0].numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found[1], theirs[1].numpy(), rtol=1e-10, atol=1e-12)


def test_a_single_number_in_a_channel_is_refused():
    with pytest.raises(ShapeError, match=r"\S"):
        reference.batch_norm(np.ones((1, 3)))
