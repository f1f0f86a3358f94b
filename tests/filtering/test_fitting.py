import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.filtering.fitting import fitted, limits


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.sampled_from(["u1", "i1", "u2", "i2"]))
def test_fractions_are_rounded_and_cut_and_those_cut_are_counted(values, dtype):
    low, high = limits(np.dtype(dtype), np.dtype("f8"))
    found, cut = fitted(np.array(values), np.dtype(dtype))
    # Python's round takes halves to even numbers, as IEEE 754 does.
    assert found.tolist() == [min(max(round(value), low), high) for value in values]
    assert cut == sum(not low <= round(value) <= high for value in values)


def test_what_fits_is_not_touched():
    values = np.array([-3, 0, 2**31 - 1], np.int32)
    found, cut = fitted(values, np.dtype("i8"))
    assert (found.tolist(), found.dtype, cut) == ([-3, 0, 2**31 - 1], np.int64, 0)


@pytest.mark.parametrize("wide", ["f4", "f8"])
def test_the_greatest_float_below_the_greatest_integer_is_the_limit(wide):
    found, cut = fitted(np.array([2.0**31, -(2.0**31), 2.0**30], wide), np.dtype("i4"))
    assert cut == 1
    assert found.tolist() == [int(limits(np.dtype("i4"), np.dtype(wide))[1]), -(2**31), 2**30]


@pytest.mark.parametrize(("given", "dtype"), [("i4", "u8"), ("i8", "u1"), ("i4", "f4"), ("f4", "f8"), ("f4", "f4")])
def test_every_pair_of_types_is_taken(given, dtype):
    found, cut = fitted(np.array([-5, 7], given), np.dtype(dtype))
    assert found.dtype == dtype
    assert found[1] == 7
    assert cut == (np.dtype(dtype).kind == "u")


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_sixty_four_bits_never_wrap_round(dtype):
    found, cut = fitted(np.array([-1e30, 1e30]), np.dtype(dtype))
    assert cut == 2
    assert found[0] == np.iinfo(dtype).min
    assert float(found[1]) == pytest.approx(float(np.iinfo(dtype).max))


def test_halves_have_their_range_too():
    found, cut = fitted(np.array([1e6, 0.5], np.float32), np.dtype("f2"))
    assert (found.tolist(), cut) == ([65504.0, 0.5], 1)
