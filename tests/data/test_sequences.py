import numpy as np
import pytest

from svertka.data.samples import Arrays
from svertka.data.sequences import Sequences, lags_of
from svertka.errors import SettingError

FRAMES = np.arange(20 * 2 * 3 * 4).reshape(20, 2, 3, 4).astype(np.float32)


def sequences(*lengths, lags="1-2/5"):
    arrays, start = [], 0
    for number, length in enumerate(lengths):
        arrays.append(Arrays({f"part{number}": FRAMES[start : start + length]}, "NCHW"))
        start += length
    return Sequences(arrays, lags_of(lags))


@pytest.mark.parametrize(
    ("text", "lags"),
    [("1", ((1,),)), ("1-3", ((1, 2, 3),)), ("1,4/24,48/168", ((1, 4), (24, 48), (168,))), ("2-2", ((2,),))],
)
def test_lags_are_groups_of_ranges(text, lags):
    assert lags_of(text) == lags


@pytest.mark.parametrize("text", ["", "0", "1-", "a", "3-1", "1//2", "-1", "1/0-2"])
def test_what_are_no_lags_is_said(text):
    with pytest.raises(SettingError, match="setting lags should be numbers of frames back"):
        lags_of(text)


def test_a_sample_is_the_frames_before_in_order_of_the_lags():
    samples = sequences(20)
    assert len(samples) == 15
    for index in (0, 7, 14):
        place = index + 5
        expected = np.concatenate([FRAMES[place - 1], FRAMES[place - 2], FRAMES[place - 5]])
        np.testing.assert_array_equal(samples.read(index).pixels, expected)
        np.testing.assert_array_equal(samples.following(index), FRAMES[place])


def test_no_lag_reaches_across_a_gap():
    samples = sequences(9, 11)
    assert len(samples) == 4 + 6
    np.testing.assert_array_equal(samples.following(4), FRAMES[9 + 5])
    np.testing.assert_array_equal(samples.read(4).pixels[:2], FRAMES[9 + 4])
    assert samples.key(4) == "part1[5]"


def test_a_stretch_that_is_too_short_gives_nothing():
    assert len(sequences(4, 16)) == 11


def test_blocks_and_headers_agree_with_single_samples():
    samples = sequences(9, 11)
    block = samples.block(np.array([3, 4, 9]))
    np.testing.assert_array_equal(block, [samples.read(index).pixels for index in (3, 4, 9)])
    assert samples.peek(0) == samples.read(0).header
    with pytest.raises(IndexError):
        samples.find(10)
