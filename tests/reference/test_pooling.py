from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from reference.cases import generators, per_axis
from reference.gradients import agrees_with_differences, agrees_with_its_matrix, agrees_with_torch
from svertka import reference
from svertka.errors import SettingError, ShapeError

FIVE = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
POWER = {1: F.lp_pool1d, 2: F.lp_pool2d, 3: F.lp_pool3d}


@dataclass(frozen=True)
class Case:
    """An image, a window and how it slides."""

    image: np.ndarray
    kernel: tuple
    settings: dict
    rng: np.random.Generator

    @property
    def rank(self):
        return len(self.kernel)


@st.composite
def pools(draw, dilated=False):
    """Windows as torch allows them: padded by half of them at most, so that each sees a sample."""
    rank, rng = draw(st.integers(1, 3)), draw(generators())
    kernel = draw(per_axis(rank, 1, 3))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    dilation = draw(per_axis(rank, 1, 2)) if dilated else (1,) * rank
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    extra = draw(per_axis(rank, 0, 3))
    # With a dilation, an image shorter than the span has windows that step over it; torch refuses such volumes always.
    short = [0 if d > 1 or rank == 3 else 2 * p for p, d in zip(padding, dilation, strict=True)]
    sizes = [span - less + more for span, less, more in zip(spans, short, extra, strict=True)]
    image = rng.standard_normal((draw(st.integers(1, 2)), draw(st.integers(1, 2)), *[max(size, 1) for size in sizes]))
    slide = {"stride": draw(per_axis(rank, 1, 3)), "padding": padding, "ceil_mode": draw(st.booleans())}
    return Case(image, kernel, slide | ({"dilation": dilation} if dilated else {}), rng)


def operator(name, *given, **settings):
    """A pooling and its gradient as functions of the image."""
    pool, back = getattr(reference, name), getattr(reference, f"{name}_backward")
    return lambda x: pool(x, *given, **settings), lambda g, x: back(g, x, *given, **settings)


@settings(max_examples=200)
@given(pools(dilated=True), st.booleans())
def test_max_pooling_is_that_of_torch_and_among_equals_the_first_wins(case, equals):
    image = np.round(case.image) if equals else case.image
    operated = operator("max_pool", case.kernel, **case.settings)
    agrees_with_torch(*operated, lambda x: MAX[case.rank](x, case.kernel, **case.settings), image, rng=case.rng)


@settings(max_examples=200)
@given(pools(), st.booleans())
def test_average_pooling_is_that_of_torch(case, counted):
    settings = case.settings | {"count_include_pad": counted}
    operated = operator("average_pool", case.kernel, **settings)
    agrees_with_torch(*operated, lambda x: AVERAGE[case.rank](x, case.kernel, **settings), case.image, rng=case.rng)


@settings(max_examples=200)
@given(pools(), st.sampled_from([2, 4, 3, 1.5]))
def test_power_pooling_is_that_of_torch(case, power):
    image = case.image if power in (2, 4) else np.abs(case.image)
    around = [side for p in reversed(case.settings["padding"]) for side in (p, p)]
    kernel = case.kernel[0] if case.rank == 1 else case.kernel  # on a line, torch takes no tuple here

    def peer(x):
        return POWER[case.rank](F.pad(x, around), power, kernel, case.settings["stride"])

    agrees_with_torch(
        *operator("power_pool", case.kernel, power, **case.settings | {"ceil_mode": False}), peer, image, rng=case.rng
    )


@settings(max_examples=100)
@given(pools(), st.sampled_from(["max_pool", "average_pool"]))
def test_gradients_are_slopes(case, name):
    agrees_with_differences(*operator(name, case.kernel, **case.settings), case.image, rng=case.rng, step=1e-7)


@settings(max_examples=100)
@given(pools(), st.sampled_from([2, 3, 1.5]))
def test_gradients_of_power_pooling_are_slopes(case, power):
    image = case.image + np.copysign(0.1, case.image)  # away from zero, where a power of 1.5 bends
    agrees_with_differences(*operator("power_pool", case.kernel, power, **case.settings), image, rng=case.rng)


@settings(max_examples=100)
@given(pools(), st.booleans())
def test_the_gradient_of_an_average_is_its_matrix_transposed(case, counted):
    operated = operator("average_pool", case.kernel, **case.settings, count_include_pad=counted)
    agrees_with_its_matrix(*operated, case.image.shape[1:], rng=case.rng)


@settings(max_examples=50)
@given(pools())
def test_a_high_power_comes_near_the_maximum(case):
    settings = case.settings | {"ceil_mode": False}
    image = np.abs(case.image) + 0.1  # smaller numbers have no power of 200 in 64 bits
    largest = reference.max_pool(image, case.kernel, **settings)
    near = reference.power_pool(image, case.kernel, 200, **settings)
    assert np.all(near >= largest * (1 - 1e-12))
    assert np.all(near <= largest * 27 ** (1 / 200) + 1e-12)  # at most 27 samples in a window


def test_the_average_of_the_lectures():
    averages = reference.average_pool([[FIVE]], 3, stride=1)[0, 0]
    assert averages.round(1).tolist() == [[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]]


def test_overlapping_windows_send_twice_to_a_sample_that_wins_twice():
    image = [[[0, 1, 5, 2, 0]]]
    assert reference.max_pool(image, 3, stride=2).tolist() == [[[5, 5]]]
    assert reference.max_pool_backward([[[1, 10]]], image, 3, stride=2).tolist() == [[[0, 0, 11, 0, 0]]]


def test_a_window_of_zeros_has_no_slope():
    assert reference.power_pool_backward([[[1.0]]], [[[0, 0]]], 2, 2).tolist() == [[[0, 0]]]


@pytest.mark.parametrize(
    ("pool", "words", "error"),
    [
        (lambda x: reference.max_pool(x, 5), "does not fit into an image of 4x4", ShapeError),
        (lambda x: reference.max_pool(x, 2, padding=2), "nothing but padding", ShapeError),
        (lambda x: reference.average_pool(x, 2, padding=2, count_include_pad=False), "nothing but padding", ShapeError),
        (lambda x: reference.average_pool(x, 2, stride=0), "stride should be an integer", SettingError),
        (lambda x: reference.average_pool(x, (2, 2, 2)), "is for 3 axes", SettingError),
        (lambda x: reference.power_pool(x, 2, 0.5), "power should be a number of at least 1", SettingError),
        (lambda x: reference.max_pool_backward(x, x, 2), "the gradient has shape", ShapeError),
    ],
)
def test_nonsense_is_refused_in_a_line(pool, words, error):
    with pytest.raises(error, match=words):
        pool(np.ones((1, 1, 4, 4)))
