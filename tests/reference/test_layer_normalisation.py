import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_torch
from svertka import reference
from svertka.errors import SettingError, ShapeError

EPSILONS = (
    1e-5,
    0.1,
)  # the usual one, and one with which two near numbers bend the slope so little that it can be measured


@settings(max_examples=200)
@given(generators(), st.integers(1, 3))
def test_layers_are_those_of_torch_and_gradients_are_slopes(rng, axes):
    shape = (2, 3, 4, 2)
    given = rng.standard_normal(shape), rng.standard_normal(shape[-axes:]), rng.standard_normal(shape[-axes:])
    for epsilon in EPSILONS:
        pair = (
            lambda x, w, b, e=epsilon: reference.layer_norm(x, w, b, axes=axes, epsilon=e),
            lambda g, x, w, b, e=epsilon: tuple(reference.layer_norm_backward(g, x, w, axes=axes, epsilon=e)),
        )
        agrees_with_torch(*pair, lambda x, w, b, e=epsilon: F.layer_norm(x, shape[-axes:], w, b, e), *given, rng=rng)
    agrees_with_differences(*pair, *given, rng=rng)


@settings(max_examples=200)
@given(generators(), st.sampled_from([1, 2, 3, 6]), st.sampled_from([(2, 6, 3), (1, 6, 2, 3)]))
def test_groups_are_those_of_torch_and_gradients_are_slopes(rng, groups, shape):
    given = rng.standard_normal(shape), rng.standard_normal(6), rng.standard_normal(6)
    for epsilon in EPSILONS:
        pair = (
            lambda x, w, b, e=epsilon: reference.group_norm(x, groups, w, b, epsilon=e),
            lambda g, x, w, b, e=epsilon: tuple(reference.group_norm_backward(g, x, groups, w, epsilon=e)),
        )
        agrees_with_torch(*pair, lambda x, w, b, e=epsilon: F.group_norm(x, groups, w, b, e), *given, rng=rng)
    agrees_with_differences(*pair, *given, rng=rng)


@settings(max_examples=200)
@given(generators())
def test_instances_are_those_of_torch(rng):
    given = rng.standard_normal((2, 3, 4, 2)), rng.standard_normal(3), rng.standard_normal(3)
    agrees_with_torch(
        reference.instance_norm,
        lambda g, x, w, b: tuple(reference.instance_norm_backward(g, x, w)),
        lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
        *given,
        rng=rng,
    )


def test_groups_that_cannot_be_shared_out():
    with pytest.raises((ShapeError, SettingError), match=r"\S"):
        reference.group_norm(np.ones((1, 6, 2)), 4)
