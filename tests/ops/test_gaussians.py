import numpy as np
import pytest
from scipy import ndimage

from svertka.errors import SettingError
from svertka.ops.gaussians import BINOMIAL, deviations, gaussian_line


@pytest.mark.parametrize("deviation", [0.1, 0.5, 1, 2.7, 20])
def test_the_weights_are_scipys(deviation):
    point = np.zeros(2 * 200 + 1)
    point[200] = 1
    spread = ndimage.gaussian_filter1d(point, deviation, mode="constant")
    line = gaussian_line(deviation)
    assert np.flatnonzero(spread).size <= line.size
    np.testing.assert_allclose(line, spread[200 - line.size // 2 : 201 + line.size // 2], rtol=1e-12)


@pytest.mark.parametrize("deviation", [1, 3, 20])
def test_the_weights_sum_to_one_and_have_that_deviation(deviation):
    line = gaussian_line(deviation)
    places = np.arange(line.size) - line.size // 2
    assert line.sum() == pytest.approx(1, abs=1e-15)
    # What is cut off beyond 4 deviations is 6e-5 of the weight, with squares of 16 and more.
    assert np.sqrt((line * places**2).sum()) == pytest.approx(deviation, rel=1e-3)


def test_the_small_one_has_the_deviation_of_two_coins():
    """[1, 2, 1] / 4 is the binomial distribution of two throws, whose variance is 1/2."""
    line = BINOMIAL.sum(axis=0)
    assert line.tolist() == [0.25, 0.5, 0.25]
    assert (line * np.array([1, 0, 1])).sum() == 0.5


@pytest.mark.parametrize("deviation", [0, -1, np.nan, np.inf])
def test_a_deviation_is_a_positive_number(deviation):
    with pytest.raises(SettingError, match=f"above 0, not {deviation}"):
        gaussian_line(deviation)


def test_there_is_a_deviation_for_each_axis():
    assert deviations(2, 3) == (2, 2, 2)
    assert deviations([1, 2], 2) == (1, 2)
    with pytest.raises(SettingError, match="3 deviations are given for 2 axes"):
        deviations((1, 2, 3), 2)
