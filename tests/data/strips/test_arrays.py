import numpy as np
import pytest

from svertka.data.strips.arrays import ArrayRows
from svertka.errors import DataError


def saved(folder, array):
    np.save(folder / "x.npy", array)
    return folder / "x.npy"


@pytest.mark.parametrize(
    ("shape", "axes", "channels", "sizes", "order"),
    [
        ((9,), None, 1, (9,), "T"),
        ((2, 90), None, 2, (90,), "CT"),
        ((7, 9), None, 1, (7, 9), "HW"),
        ((7, 9, 3), None, 3, (7, 9), "HWC"),
        ((3, 7, 9), None, 3, (7, 9), "CHW"),
        ((5, 7, 9), None, 1, (5, 7, 9), "DHW"),
        ((5, 7, 9, 2), None, 2, (5, 7, 9), "DHWC"),
        ((5, 2, 7, 9), "NCHW", 2, (5, 7, 9), "DCHW"),
        ((5, 7, 9), "CHW", 5, (7, 9), "CHW"),
        ((7, 5, 9), "HCW", 5, (7, 9), "HCW"),
    ],
)
def test_rows_are_those_of_the_array(tmp_path, rng, shape, axes, channels, sizes, order):
    array = rng.normal(size=shape).astype(">f4")
    source = ArrayRows(saved(tmp_path, array), axes)
    form = source.form
    assert (form.channels, form.sizes, form.axes, form.dtype) == (channels, sizes, order, np.dtype("f4"))
    letters = order.replace("T", "W")
    known = [letter for letter in "CDHW" if letter in letters]
    whole = array.transpose([letters.index(letter) for letter in known]).reshape(channels, form.pages, form.height, -1)
    for page in range(form.pages):
        np.testing.assert_array_equal(source.rows(page, 0, form.height), whole[:, page])
        np.testing.assert_array_equal(source.rows(page, form.height - 1, form.height), whole[:, page, -1:])


def test_fortrans_order_is_read_too(tmp_path, rng):
    array = np.asfortranarray(rng.normal(size=(7, 9)))
    np.testing.assert_array_equal(ArrayRows(saved(tmp_path, array), None).rows(0, 2, 4)[0], array[2:4])


def test_true_is_white(tmp_path):
    array = np.array([[True, False], [False, True]])
    source = ArrayRows(saved(tmp_path, array), None)
    assert source.form.dtype == np.uint8
    assert source.rows(0, 0, 2).tolist() == [[[255, 0], [0, 255]]]


@pytest.mark.parametrize(
    ("array", "axes", "words"),
    [
        (np.zeros((2, 2), complex), None, "not numbers"),
        (np.zeros((0, 2)), None, "holds nothing"),
        (np.zeros((2, 2, 2, 2, 2)), None, "cannot be guessed"),
        (np.zeros((2, 2, 2)), "HW", "do not fit"),
        (np.zeros((2, 3, 4, 5)), "NDHW", "several volumes or signals"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, array, axes, words):
    with pytest.raises(DataError, match=words):
        ArrayRows(saved(tmp_path, array), axes)
