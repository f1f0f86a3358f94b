from itertools import product

import pytest

from svertka import ShapeError
from svertka.drawing import Layer, wiring
from svertka.drawing.wiring import feeds


def test_a_pointwise_convolution_joins_every_channel_with_every_other():
    assert set(feeds(3, Layer("1×1", 2))) == set(product(range(3), range(2)))


def test_a_depthwise_convolution_joins_each_channel_with_its_own():
    assert list(feeds(3, Layer("depthwise", 3, groups=3))) == [(0, 0), (1, 1), (2, 2)]


def test_groups_join_channels_of_their_own():
    assert set(feeds(4, Layer("3×3", 6, groups=2))) == {*product((0, 1), (0, 1, 2)), *product((2, 3), (3, 4, 5))}


def test_there_is_a_line_for_each_pair_and_a_box_for_each_channel():
    axes = wiring(4, Layer("depthwise 3×3", 4, groups=4), Layer("1×1", 6)).axes[0]
    assert len(axes.lines) == 4 + 4 * 6
    assert len(axes.patches) == 4 + 4 + 6
    assert [text.get_text() for text in axes.texts][:2] == ["depthwise 3×3", "1×1"]


def test_lines_of_different_groups_have_different_colours():
    colours = {line.get_color() for line in wiring(4, Layer("3×3", 4, groups=2)).axes[0].lines}
    assert len(colours) == 2


def test_channels_that_cannot_be_shared_out_are_refused():
    with pytest.raises(ShapeError, match="4 channels and 6 outputs cannot be shared out to 4 groups"):
        wiring(4, Layer("3×3", 6, groups=4))
