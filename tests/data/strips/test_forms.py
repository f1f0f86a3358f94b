import numpy as np
import pytest

from svertka.data.strips import Form


@pytest.mark.parametrize(
    ("sizes", "pages", "height", "width"),
    [((9,), 1, 1, 9), ((7, 9), 1, 7, 9), ((5, 7, 9), 5, 7, 9), ((1, 7, 9), 1, 7, 9)],
)
def test_every_image_is_pages_of_rows(sizes, pages, height, width):
    form = Form(3, sizes, np.dtype("u1"), "channels")
    assert (form.pages, form.height, form.width, form.row) == (pages, height, width, 3 * width)


def test_it_is_described_in_words():
    assert Form(3, (7, 9), np.dtype("u1"), "rgb").described() == "3 channels (rgb) of uint8, 7x9"
    assert Form(1, (2, 7, 9), np.dtype("f4"), "grey").described() == "1 channel (grey) of float32, 2x7x9"
