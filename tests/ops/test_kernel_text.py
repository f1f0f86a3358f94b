import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from svertka.errors import SettingError
from svertka.ops import parse_kernel

ROWS = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


@pytest.mark.parametrize(
    "text",
    [
        "-1 0 1; -2 0 2; -1 0 1",
        "-1,0,1;-2,0,2;-1,0,1",
        "-1, 0, 1\n-2, 0, 2\n-1, 0, 1\n",
        "[-1 0 1; -2 0 2; -1 0 1]",
        "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]",
        "  -1\t0  1 ;-2 0 2; -1 0 1;  ",
        "-1 0 1; -4/2 0 2.0; -1 0 1e0",
    ],
)
def test_rows_may_be_written_in_many_ways(text):
    found = parse_kernel(text)
    assert found.tolist() == ROWS
    assert found.dtype == np.int64


def test_fractions_are_floats():
    assert parse_kernel("1/16 .5 -2.5e-1").tolist() == [[0.0625, 0.5, -0.25]]


@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.integers(-(10**6), 10**6)))
def test_what_numpy_prints_is_read(kernel):
    np.testing.assert_array_equal(parse_kernel(np.array2string(kernel)), kernel)


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(-1e300, 1e300)))
def test_floats_come_back_to_the_last_bit(kernel):
    np.testing.assert_array_equal(parse_kernel(";".join(" ".join(map(repr, row)) for row in kernel.tolist())), kernel)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the kernel holds no numbers; write rows with semicolons between them, as '-1 0 1; -2 0 2; -1 0 1'"),
        (" ; [] ,", "holds no numbers"),
        ("1 2 3; 4 5", "the rows of the kernel have 3 2 numbers, not equally many"),
        ("1 two 3", "'two' in the kernel is no number"),
        ("1 nan 3", "'nan' in the kernel is no number"),
        ("1 inf", "'inf' in the kernel is no number"),
        ("1/0", "'1/0' in the kernel is no number"),
        ("1e999", "1e999 in the kernel is beyond the range of float64"),
        ("sobel-left", "'sobel-left' in the kernel is no number"),
    ],
)
def test_nonsense_is_refused_in_one_line(text, words):
    with pytest.raises(SettingError) as caught:
        parse_kernel(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
