import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from reference.gradients import agrees_with_differences, agrees_with_torch
from svertka import reference
from svertka.errors import SettingError


@settings(max_examples=200)
@given(generators(), st.floats(0, 0.95), st.sampled_from([reference.drop_elements, reference.drop_channels]))
def test_survivors_grow_and_gradients_pass_through_them_alone(rng, rate, drops):
    x = rng.standard_normal((2, 3, 4))
    dropped = drops(x.shape, rate, rng)
    peer = lambda x: x * torch.tensor(~dropped) / (1 - rate)  # noqa: E731
    pair = (lambda x: reference.dropout(x, dropped, rate), lambda g, x: reference.dropout_backward(g, x, dropped, rate))
    agrees_with_torch(*pair, peer, x, rng=rng)
    agrees_with_differences(*pair, x, rng=rng)


@settings(max_examples=200)
@given(generators(), st.floats(0, 0.95))
def test_gradients_of_alpha_dropout_are_its_slopes(rng, rate):
    x = rng.standard_normal((3, 5))
    dropped = reference.drop_elements(x.shape, rate, rng)
    agrees_with_differences(
        lambda x: reference.alpha_dropout(x, dropped, rate),
        lambda g, x: reference.alpha_dropout_backward(g, x, dropped, rate),
        x,
        rng=rng,
    )


def test_half_dropped_doubles_the_others():
    np.testing.assert_array_equal(reference.dropout([1.0, 2.0, 3.0], [True, False, False], 0.5), [0, 4, 6])


def test_alpha_dropout_keeps_mean_and_variance_of_standard_numbers(rng):
    x = rng.standard_normal(400_000)
    y = reference.alpha_dropout(x, reference.drop_elements(x.shape, 0.3, rng), 0.3)
    # four deviations of a mean and of a variance of so many numbers
    assert abs(y.mean()) < 4 / np.sqrt(400_000)
    assert abs(y.var() - 1) < 4 * np.sqrt(10 / 400_000)


def test_alpha_dropout_takes_the_values_that_torch_takes(rng):
    x = rng.standard_normal(1000)
    torch.manual_seed(0)
    theirs = torch.nn.functional.alpha_dropout(torch.tensor(x), 0.4, training=True).numpy()
    kinds, counts = np.unique(theirs.round(9), return_counts=True)
    dropped = theirs.round(9) == kinds[counts.argmax()]  # what was dropped has one value
    np.testing.assert_allclose(reference.alpha_dropout(x, dropped, 0.4), theirs, rtol=1e-6, atol=1e-6)


def test_channels_fall_whole(rng):
    dropped = np.broadcast_to(reference.drop_channels((50, 8, 3, 3), 0.5, rng), (50, 8, 3, 3))
    assert set(np.unique(dropped.sum(axis=(2, 3)))) == {0, 9}


def test_a_rate_of_one_leaves_nothing_to_grow():
    with pytest.raises(SettingError, match="rate"):
        reference.dropout([1.0], [True], 1.0)
