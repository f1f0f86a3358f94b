import numpy as np
import pytest

from svertka.data.rasters import plain
from svertka.data.strips.whole import WholeRows
from svertka.errors import DataError
from svertka.filtering.finite import Finite


def holed(shape, dtype=np.float32):
    image = np.ones(shape, dtype)
    image[..., 3, 4] = np.nan
    image[..., 4, 1] = np.inf
    return WholeRows(plain(image))


def test_gaps_are_refused_with_their_number_and_the_first_place():
    source = Finite(holed((1, 6, 7)), None, "x.fits")
    assert source.rows(0, 0, 3).all()
    words = r"x\.fits: 2 of its numbers in rows 1 to 5 are NaN or infinite, the first at row 3, column 4; .*--fill 0"
    with pytest.raises(DataError, match=words):
        source.rows(0, 1, 6)


def test_pages_are_told_where_there_are_several():
    with pytest.raises(DataError, match="the first at page 1, row 3, column 4"):
        Finite(holed((1, 2, 6, 7)), None, "x").rows(1, 0, 6)


def test_gaps_are_filled_where_a_value_is_given():
    found = Finite(holed((1, 6, 7)), -2.0, "x").rows(0, 3, 5)
    assert found.dtype == np.float32
    assert (found[0, 0, 4], found[0, 1, 1], found.sum()) == (-2, -2, 12 - 4)


def test_halves_become_floats_and_whole_numbers_stay():
    assert Finite(WholeRows(plain(np.ones((1, 2, 2), np.float16))), None, "x").rows(0, 0, 2).dtype == np.float32
    assert Finite(WholeRows(plain(np.ones((1, 2, 2), np.uint16))), None, "x").rows(0, 0, 2).dtype == np.uint16
