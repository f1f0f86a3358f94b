import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.data.moments import Moments


def gathered(pixels, cuts):
    moments = Moments(pixels.shape[1])
    for block in np.split(pixels, cuts):
        moments.add(block)
    return moments


@given(
    st.lists(st.integers(0, 20), max_size=5).map(sorted), st.integers(1, 3), st.sampled_from([(5,), (4, 3), (2, 3, 2)])
)
def test_blocks_give_what_the_whole_gives(cuts, channels, sizes):
    pixels = np.random.default_rng(0).integers(0, 256, (20, channels, *sizes)).astype(np.uint8)
    moments = gathered(pixels, cuts)
    axes = (0, *range(2, pixels.ndim))
    np.testing.assert_allclose(moments.mean, pixels.mean(axes))
    np.testing.assert_allclose(moments.deviation, pixels.std(axes))
    assert moments.count == pixels[:, 0].size


def test_a_large_mean_does_not_swallow_a_small_deviation(rng):
    """The textbook formula, mean of squares less square of the mean, gives nothing right here."""
    noise = rng.normal(size=(50, 1, 40))
    moments = gathered(1e9 + noise, range(5, 50, 5))
    assert moments.deviation[0] == pytest.approx(noise.std(), rel=1e-6)


@pytest.mark.parametrize("pixels", [np.full((3, 2, 4), 7.0), np.zeros((0, 2, 4))])
def test_one_may_always_divide_by_the_deviation(pixels):
    assert gathered(pixels, []).deviation.tolist() == [1, 1]


def test_channels_that_repeat_have_their_moments_in_common(rng):
    """As those of the atoms of a molecule, whose order means nothing."""
    pixels = rng.normal(size=(6, 4, 3, 2, 5)) * np.array([1, 2, 3])[:, None, None] + np.arange(4)[:, None, None, None]
    moments = Moments(12, repeats=4)
    for block in np.split(pixels.reshape(6, 12, 2, 5), 3):
        moments.add(block)
    np.testing.assert_allclose(moments.mean, np.tile(pixels.mean((0, 1, 3, 4)), 4))
    np.testing.assert_allclose(moments.deviation, np.tile(pixels.std((0, 1, 3, 4)), 4))
