import numpy as np
from sklearn.datasets import load_digits

from svertka.data.sets import open_data


def test_digits_are_scikit_learns_with_16_as_one():
    data, wanted = open_data("digits"), load_digits()
    pixels = np.stack([data.samples.read(place).pixels[0] for place in range(len(data))])
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels * 16, wanted.images, rtol=0, atol=1e-5)
    assert [data.classes[place] for place in data.targets] == [str(digit) for digit in wanted.target]


def test_digits_come_in_one_piece_of_ten_classes():
    data = open_data("digits")
    assert (len(data), data.classes, data.task) == (1797, tuple("0123456789"), "classify")
    assert not any(map(data.given, ("train", "val", "test")))
