import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators, per_axis
from reference.gradients import agrees_with_differences, agrees_with_its_matrix, agrees_with_torch
from svertka import reference
from svertka.errors import SettingError, ShapeError

AVERAGE = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}


@st.composite
def cuts(draw):
    """An image, and into how many regions it is cut: also into more than it has samples."""
    rank, rng = draw(st.integers(1, 3)), draw(generators())
    image = rng.standard_normal((draw(st.integers(1, 2)), draw(st.integers(1, 2)), *draw(per_axis(rank, 1, 6))))
    return image, draw(per_axis(rank, 1, 4)), rng


def operator(name, *given):
    pool, back = getattr(reference, name), getattr(reference, f"{name}_backward")
    return lambda x: pool(x, *given), lambda g, x: back(g, x, *given)


@settings(max_examples=200)
@given(cuts())
def test_averages_are_those_of_torch(case):
    image, sizes, rng = case
    peer = AVERAGE[len(sizes)]
    agrees_with_torch(*operator("adaptive_average_pool", sizes), lambda x: peer(x, sizes), image, rng=rng)


@settings(max_examples=200)
@given(cuts(), st.booleans())
def test_maxima_are_those_of_torch_and_among_equals_the_first_wins(case, equals):
    image, sizes, rng = case
    image, peer = np.round(image) if equals else image, MAX[len(sizes)]
    agrees_with_torch(*operator("adaptive_max_pool", sizes), lambda x: peer(x, sizes), image, rng=rng)


@settings(max_examples=200)
@given(cuts())
def test_global_pools_are_the_mean_and_the_maximum_of_each_channel(case):
    image, _, rng = case
    axes = tuple(range(2, image.ndim))
    agrees_with_torch(*operator("global_average_pool"), lambda x: x.mean(axes, keepdim=True), image, rng=rng)
    agrees_with_torch(*operator("global_max_pool"), lambda x: x.amax(axes, keepdim=True), image, rng=rng)


@settings(max_examples=100)
@given(cuts(), st.sampled_from(["adaptive_average_pool", "adaptive_max_pool"]))
def test_gradients_are_slopes(case, name):
    image, sizes, rng = case
    agrees_with_differences(*operator(name, sizes), image, rng=rng, step=1e-7)
    agrees_with_its_matrix(*operator("adaptive_average_pool", sizes), image.shape[1:], rng=rng)


def test_nonsense_is_refused_in_a_line():
    with pytest.raises(ShapeError, match="have no samples to pool"):
        reference.global_average_pool(np.ones((1, 1, 0)))
    with pytest.raises(SettingError, match="sizes should be an integer of at least 1, not 0"):
        reference.adaptive_max_pool(np.ones((1, 1, 4)), 0)
    with pytest.raises(ShapeError, match="the gradient has shape"):
        reference.global_max_pool_backward(np.ones((1, 1, 4)), np.ones((1, 1, 4)))
