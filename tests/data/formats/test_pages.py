import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from svertka.data.formats.pages import settle
from svertka.errors import DataError

SEVERAL = arrays(np.int16, st.tuples(st.integers(2, 4), *[st.integers(1, 3)] * 3))


@given(SEVERAL)
@settings(deadline=None, max_examples=30)
def test_pages_become_depth_without_moving_a_pixel(pages):
    volume = settle(pages, "auto")
    assert all((volume[c, p] == pages[p, c]).all() for p in range(len(pages)) for c in range(pages.shape[1]))
    np.testing.assert_array_equal(settle(pages, "depth"), volume)


@given(SEVERAL)
@settings(deadline=None, max_examples=30)
def test_pages_become_channels_page_after_page(pages):
    wanted = np.concatenate([*pages])
    np.testing.assert_array_equal(settle(pages, "channels"), wanted)


@given(SEVERAL, st.data())
@settings(deadline=None, max_examples=30)
def test_a_number_chooses_a_page(pages, data):
    place = data.draw(st.integers(0, len(pages) - 1))
    np.testing.assert_array_equal(settle(pages, str(place)), pages[place])


@pytest.mark.parametrize("choice", ["auto", "depth", "channels", "0"])
def test_a_single_page_is_the_image(choice):
    page = np.arange(12).reshape(1, 2, 2, 3)
    np.testing.assert_array_equal(settle(page, choice), page[0])


@pytest.mark.parametrize("choice", ["2", "17"])
def test_a_page_that_is_not_there_is_refused(choice):
    with pytest.raises(DataError, match=f"no page {choice}: its 2 pages count from 0"):
        settle(np.zeros((2, 1, 3, 3)), choice)
