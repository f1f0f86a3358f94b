import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka.data.windows import forms
from svertka.errors import ShapeError


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 7)), min_size=1, max_size=3))
def test_pieces_cover_a_window_once_and_each_lies_in_one_block(sides):
    window = tuple(slice(start, start + length) for start, length, _ in sides)
    block = [size for *_, size in sides]
    count = np.zeros([side.stop for side in window], int)
    for piece in forms.pieces(window, block):
        count[piece] += 1
        assert all(part.start // size == (part.stop - 1) // size for part, size in zip(piece, block, strict=True))
    assert (count[window] == 1).all()
    assert count.sum() == np.prod(forms.lengths(window))


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ((slice(0, 5), slice(0, 8)), r"no window \[0:5, 0:8\] in an image of 5x7"),
        ((slice(-2, 5), slice(0, 7)), r"no window \[-2:5, 0:7\]"),
        ((slice(3, 3), slice(0, 7)), r"no window \[3:3, 0:7\]"),
        ((slice(0, 5),), r"no window \[0:5\]"),
        ((slice(0, 5, 2), slice(0, 7)), "no window"),
    ],
)
def test_what_is_no_window_of_an_image_is_refused(window, words):
    with pytest.raises(ShapeError, match=words):
        forms.placed(window, (5, 7))


def test_a_piece_is_found_in_its_window():
    assert forms.inside((slice(5, 7),), (slice(4, 9),)) == (slice(1, 3),)
