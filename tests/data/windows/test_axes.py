import numpy as np
import pytest

from svertka.data.windows import axes
from svertka.data.windows.forms import Window
from svertka.errors import DataError

NAMED: list[tuple[tuple[str | None, ...], str]] = [
    (("c", "y", "x"), "CHW"), (("z", "y", "x"), "DHW"), (("Y", "X", "band"), "HWC"), (("time",) * 1, "T"),
    (("lat", "lon"), "HW"), ((None, "y", "x"), "DHW"), (("row", "y", "x"), "DHW"),
]  # fmt: skip


@pytest.mark.parametrize(("names", "wanted"), NAMED)
def test_axes_have_the_meaning_that_their_names_say(names, wanted):
    assert axes.letters((50, 60, 70)[: len(names)], None, names) == wanted


def test_what_a_person_says_comes_before_names():
    assert axes.letters((50, 60, 70), "HWC", ("c", "y", "x")) == "HWC"


def test_several_images_are_refused():
    with pytest.raises(DataError, match="axes NHW are those of several images, and windows are of one"):
        axes.letters((5, 6, 7), "NHW")


def test_a_window_finds_its_place_whatever_the_order(rng):
    array = rng.random((5, 2, 6, 7))
    window: Window = (slice(0, 3), slice(4, 6), slice(1, 7))
    found = axes.window_of(array, "DCHW", window)
    np.testing.assert_array_equal(found, array.transpose(1, 0, 2, 3)[:, :3, 4:, 1:])


def test_blocks_are_chunks_in_the_order_of_the_image():
    assert axes.blocks_of((8, 3, 16), (80, 3, 160), "HCW") == (8, 16)
    assert axes.blocks_of(None, (80, 3, 160), "HCW") == (80, 160)


def test_text_is_no_image():
    with pytest.raises(DataError, match="it holds <U3, not numbers"):
        axes.form_of((2, 2), np.dtype("U3"), "HW")
