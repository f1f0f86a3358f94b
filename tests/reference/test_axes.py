import numpy as np
import pytest

from svertka.errors import SettingError, ShapeError
from svertka.reference.axes import around, batch_of_images, channelwise, each, like


def test_one_setting_is_for_all_axes():
    assert each(2, 3, "stride") == (2, 2, 2)
    assert each([1, 2], 2, "stride") == (1, 2)
    assert each(np.int64(3), 1, "stride") == (3,)


@pytest.mark.parametrize(
    ("padding", "wanted"),
    [
        (1, ((1, 1), (1, 1))),
        ((1, 2), ((1, 1), (2, 2))),
        (((0, 1), (2, 3)), ((0, 1), (2, 3))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 1), (4, 4))),
    ],
)
def test_padding_is_said_in_several_ways(padding, wanted):
    assert around(padding, (3, 5), (1, 2)) == wanted


@pytest.mark.parametrize("padding", [(1, 2, 3), ((1, 2),), ((1, 2), (3,)), ((1, 2), (3, -1)), "full", 0.5, None])
def test_other_paddings_are_refused(padding):
    with pytest.raises(SettingError, match="padding"):
        around(padding, (3, 3), (1, 1))


def test_the_same_padding_needs_a_middle():
    assert around("same", (2,), (2,)) == ((1, 1),)
    with pytest.raises(SettingError, match="no middle for a kernel of 2; give"):
        around("same", (2,), (1,))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="there are 2 axes"):
        batch_of_images(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"has shape \(2,\), but the output has \(3,\)"):
        like([1, 2], (3,))


def test_a_number_for_each_channel_meets_images():
    assert channelwise([1, 2], 4).shape == (1, 2, 1, 1)
