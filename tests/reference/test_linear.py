import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_its_matrix, agrees_with_torch
from svertka import reference
from svertka.errors import ShapeError


def back(gradient, x, weight, bias):
    return tuple(reference.linear_backward(gradient, x, weight))


@settings(max_examples=200)
@given(generators(), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5))
def test_values_and_gradients_are_those_of_torch_and_of_differences(rng, batch, inputs, outputs):
    given = [rng.standard_normal(shape) for shape in ((batch, inputs), (outputs, inputs), (outputs,))]
    agrees_with_torch(reference.linear, back, F.linear, *given, rng=rng)
    agrees_with_differences(reference.linear, back, *given, rng=rng)


@given(generators())
def test_its_gradient_is_the_transposed_matrix(rng):
    weight = rng.standard_normal((3, 4))
    agrees_with_its_matrix(
        lambda x: reference.linear(x, weight), lambda g, x: reference.linear_backward(g, x, weight)[0], (4,), rng=rng
    )


def test_shapes_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"\S"):
        reference.linear(np.ones((2, 3)), np.ones((4, 5)))
