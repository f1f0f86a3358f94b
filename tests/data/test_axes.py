import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka import DataError
from svertka.data.axes import arranged, check, guessed


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((8000,), "T"),
        ((2, 8000), "CT"),
        ((8000, 2), "TC"),
        ((64, 48), "HW"),
        ((64, 48, 3), "HWC"),
        ((4, 64, 48), "CHW"),
        ((28, 28, 28), "DHW"),
        ((28, 28, 28, 1), "DHWC"),
        ((2, 28, 28, 28), "CDHW"),
        ((3, 4), "HW"),
        ((3, 3, 3), "DHW"),
        ((5, 64, 48), "DHW"),
    ],
)
def test_a_short_axis_at_an_end_is_channels(shape, axes):
    assert guessed(shape) == axes


@pytest.mark.parametrize("shape", [(), (9, 9, 9, 9), (2, 9, 9, 9, 3)])
def test_what_cannot_be_guessed_is_asked_for(shape):
    with pytest.raises(DataError, match=r"cannot be guessed; say what they are, as --axes NCHW"):
        guessed(shape)


@given(
    st.permutations("NCDHW"), st.sampled_from(["CT", "NCT", "T", "HW", "NHW", "CHW", "NCHW", "DHW", "NCDHW", "NDHW"])
)
def test_every_value_is_found_where_its_letters_say(order, kept):
    """Laid out in any order, the array is the one that was meant."""
    letters = [letter for letter in [*order, "T"] if letter in kept]
    sizes = dict(zip("NCTDHW", (2, 3, 7, 4, 5, 6), strict=True))
    canonical = [letter for letter in "NCTDHW" if letter in kept]
    meant = np.arange(np.prod([sizes[letter] for letter in canonical])).reshape([sizes[letter] for letter in canonical])
    laid = meant.transpose([canonical.index(letter) for letter in letters])
    found = arranged(laid, "".join(letters))
    expected = meant if "C" in kept else np.expand_dims(meant, 1 if "N" in kept else 0)
    np.testing.assert_array_equal(found, expected)


def test_nothing_is_copied():
    images = np.zeros((4, 5, 3))
    assert np.shares_memory(arranged(images, "HWC"), images)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [((4, 5), "CHW"), ((4, 5, 6), "HWW"), ((4, 5), "CN"), ((4, 5, 6), "THW"), ((4, 5), "DH"), ((4,), "")],
)
def test_letters_that_do_not_fit_are_refused(shape, axes):
    with pytest.raises(DataError, match=rf"axes {axes} do not fit an array of shape .*: wanted a letter for each axis"):
        check(shape, axes)
