import numpy as np
import pytest

from svertka import DataError
from svertka.data.rasters import Header, Raster, colour_of, kind, plain, shown


@pytest.mark.parametrize(
    ("dtype", "name"),
    [("uint8", "uint8"), (">u2", "uint16"), ("<i4", "int32"), ("f4", "float"), (">f8", "float"), ("f2", "float")],
)
def test_a_type_is_named_whatever_its_byte_order(dtype, name):
    assert kind(np.dtype(dtype)) == name


def test_true_and_false_are_shown_as_white_and_black():
    found = shown(np.array([[True, False]]))
    assert (found.dtype, found.tolist()) == (np.uint8, [[255, 0]])


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_numbers_are_shown_as_they_are(dtype):
    pixels = np.arange(6, dtype=dtype).reshape(1, 2, 3)
    assert shown(pixels) is pixels


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.array([["a"]]), "it holds <U1, not numbers"),
        (np.zeros((1, 2), complex), "it holds complex128, not numbers"),
        (np.zeros((1, 0, 8)), r"an array of shape \(1, 0, 8\), which holds nothing"),
    ],
)
def test_what_is_no_image_is_refused(pixels, said):
    with pytest.raises(DataError, match=said):
        shown(pixels)


@pytest.mark.parametrize(
    ("channels", "rank", "dtype", "colour"),
    [(1, 2, "uint8", "grey"), (1, 3, "float", "grey"), (3, 2, "uint8", "rgb"), (3, 2, "uint16", "channels"),
     (3, 3, "uint8", "channels"), (4, 2, "uint8", "channels"), (3, 1, "uint8", "channels")],
)  # fmt: skip
def test_channels_of_which_nothing_is_said(channels, rank, dtype, colour):
    assert colour_of(channels, rank, dtype) == colour


def test_a_decoded_image_has_the_header_of_its_pixels():
    pixels = np.zeros((3, 4, 5), np.uint8)
    assert plain(pixels).header == Header(3, (4, 5), "uint8", "rgb")
    assert Raster(pixels.astype(">f4"), "channels").header == Header(3, (4, 5), "float", "channels")
