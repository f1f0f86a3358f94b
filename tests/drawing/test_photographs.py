import numpy as np
import pytest

from svertka import ShapeError
from svertka.drawing import photographs
from svertka.drawing.photographs import bounds


def test_images_hang_in_order_under_their_titles():
    figure = photographs({"dark": np.zeros((4, 6)), "light": np.ones((4, 6)), "third": np.ones((4, 6))}, columns=2)
    assert [axes.get_title() for axes in figure.axes] == ["dark", "light", "third", ""]


def test_channels_stand_last_for_the_screen():
    image = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
    shown = photographs({"x": image}).axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown, image.transpose(1, 2, 0))


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        (np.array([[3, 9]], np.uint8), (0, 255)),
        (np.array([[0.2, 0.7]]), (0.2, 0.7)),
        (np.array([[-1.0, 3.0]]), (-3, 3)),
        (np.ones((2, 2)), (1, 2)),
    ],
)
def test_black_and_white_suit_the_numbers(image, wanted):
    assert bounds(image) == wanted


def test_two_channels_cannot_be_shown():
    with pytest.raises(ShapeError, match=r"1 or 3 channels first, not shape \(2, 4, 4\)"):
        photographs({"x": np.zeros((2, 4, 4))})
