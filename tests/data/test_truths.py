import numpy as np
import pytest

from reference.kinds import VALUES, masked, preprocess
from svertka.data.truths import NOWHERE, Masks, check_sizes, masks, renamed
from svertka.errors import DataError


def test_classes_are_the_values_in_their_order():
    truth, names = masks(masked(), "auto")
    assert names == ("0", "7", "200")
    np.testing.assert_array_equal(truth.one(0), [[0, 1], [1, 2]])


def test_many_values_number_objects():
    numbered = np.arange(64).reshape(1, 8, 8)
    truth, names = masks(masked(numbered.astype(np.uint16)), "auto")
    assert names == ("background", "object")
    np.testing.assert_array_equal(truth.one(0), (numbered[0] > 0).astype(np.uint8))
    assert masks(masked(numbered.astype(np.uint16)), "classes")[1] == tuple(map(str, range(64)))
    assert masks(masked(), "objects")[1] == ("background", "object")


@pytest.mark.parametrize(
    ("array", "axes", "message"),
    [
        (np.zeros((2, 3, 3), np.uint8), "NHW", "hold nothing but"),
        (np.full((1, 2, 2), 0.5), "NHW", "it holds fractions"),
        (np.arange(12, dtype=np.uint8).reshape(1, 3, 2, 2), "NCHW", "it has 3 channels; wanted one"),
        (np.arange(300, dtype=np.uint16).reshape(1, 15, 20), "NHW", "300 different values; .* say --masks objects"),
    ],
)
def test_what_are_no_masks_is_said(array, axes, message):
    with pytest.raises(DataError, match=message):
        masks(masked(array, axes), "classes")


def test_grey_pictures_saved_as_colour_are_masks_all_the_same():
    coloured = np.repeat(VALUES[:, None], 3, axis=1)
    assert masks(masked(coloured, "NCHW"), "auto")[1] == ("0", "7", "200")


def test_a_value_of_no_class_is_named():
    truth = Masks(masked(), {0: 0, 7: 1})
    with pytest.raises(DataError, match=r"masks\[0\] holds 200, which is none"):
        truth.one(0)


def test_masks_are_brought_to_size_without_new_values_and_what_lies_outside_is_nowhere():
    truth, _ = masks(masked(), "auto")
    wide = truth.take(np.array([0, 1]), preprocess(sizes=(4, 4), resize="pad"))
    assert wide.shape == (2, 4, 4)
    np.testing.assert_array_equal(wide[0, 1:3, 1:3], [[0, 1], [1, 2]])
    assert (wide == NOWHERE).sum() == 2 * 12
    large = truth.take(np.array([0]), preprocess(sizes=(6, 6), resize="stretch"))[0]
    np.testing.assert_array_equal(large, np.array([[0, 1], [1, 2]]).repeat(3, 0).repeat(3, 1))


def test_an_image_and_its_mask_must_be_of_one_size():
    check_sizes(masked(), masked())
    with pytest.raises(DataError, match="is 2x2, but its image is 3x2"):
        check_sizes(masked(np.zeros((2, 3, 2))), masked())


def test_classes_may_be_put_into_another_order():
    truth, _ = masks(masked(), "auto")
    other = renamed(truth, {0: 2, 1: 0, 2: 1})
    np.testing.assert_array_equal(other.one(0), [[2, 0], [0, 1]])
    chosen = other.chosen(np.array([1]))
    np.testing.assert_array_equal(chosen.one(0), [[2, 2], [1, 1]])
