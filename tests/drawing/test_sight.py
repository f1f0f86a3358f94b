import numpy as np
import pytest

from svertka.drawing import sight
from svertka.drawing.sight import bounds
from svertka.measure import Field

FIELD = Field(size=(7, 5), jump=(4.0, 2.0), start=(-3.0, -1.0))


def test_the_border_is_that_of_the_middle_place():
    low, size = bounds(FIELD, (8, 9))
    assert (low, size) == ([-3 + 4 * 4, -1 + 2 * 4], [7, 5])
    border = sight(np.ones((32, 20)), FIELD, (8, 9), "x").axes[0].patches[0]
    assert (border.get_xy(), border.get_width(), border.get_height()) == ((6.5, 12.5), 5, 7)


@pytest.mark.parametrize(("rank", "marks"), [(1, 1), (3, 1)])
def test_signals_and_volumes_are_drawn_too(rank, marks):
    field = Field((3,) * rank, (1.0,) * rank, (-1.0,) * rank)
    figure = sight(np.ones((9,) * rank), field, (9,) * rank, "x")
    assert len(figure.axes[0].patches) == marks


def test_what_sees_the_whole_has_no_border():
    assert not sight(np.ones((9, 9)), Field((), (), (), whole=True), (3, 3), "x").axes[0].patches
