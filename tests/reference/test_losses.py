import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators
from reference.gradients import agrees_with_differences
from svertka import reference
from svertka.errors import SettingError, ShapeError


@st.composite
def answers(draw):
    """Scores, right classes, and what a loss may be told besides."""
    rng, classes = draw(generators()), draw(st.integers(2, 5))
    sizes = draw(st.sampled_from([(), (3,), (2, 2)]))
    scores = rng.standard_normal((draw(st.integers(1, 4)), classes, *sizes)) * draw(st.floats(0.1, 20))
    right = rng.integers(0, classes, (len(scores), *sizes))
    more = {"smoothing": draw(st.sampled_from([0.0, 0.1, 0.5]))}
    if draw(st.booleans()):
        more["weights"] = rng.uniform(0.1, 2, classes)
    return scores, right, more, rng


@settings(max_examples=200)
@given(answers())
def test_the_loss_and_its_gradient_are_those_of_torch(case):
    scores, right, more, _ = case
    x = torch.tensor(scores, requires_grad=True)
    weights = torch.tensor(more["weights"]) if "weights" in more else None
    loss = F.cross_entropy(x, torch.tensor(right), weight=weights, label_smoothing=more["smoothing"])
    (slope,) = torch.autograd.grad(loss, [x])
    np.testing.assert_allclose(reference.cross_entropy(scores, right, **more), loss.item(), rtol=1e-10, atol=1e-12)
    ours = reference.cross_entropy_backward(1.0, scores, right, **more)
    np.testing.assert_allclose(ours, slope.numpy(), rtol=1e-9, atol=1e-12)


@settings(max_examples=100)
@given(answers())
def test_its_gradient_is_its_slope(case):
    scores, right, more, rng = case
    agrees_with_differences(
        lambda x: np.asarray(reference.cross_entropy(x, right, **more)),
        lambda g, x: reference.cross_entropy_backward(g, x, right, **more),
        scores,
        rng=rng,
    )


def test_guessing_costs_the_logarithm_of_the_number_of_classes():
    assert reference.cross_entropy(np.zeros((5, 10)), np.arange(5)) == pytest.approx(np.log(10))


def test_what_cannot_be_a_truth():
    with pytest.raises((ShapeError, SettingError), match=r"\S"):
        reference.cross_entropy(np.zeros((2, 3)), [0, 3])
    with pytest.raises(SettingError, match=r"\S"):
        reference.cross_entropy(np.zeros((2, 3)), [0, 1], smoothing=2)
