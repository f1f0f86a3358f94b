import numpy as np
import pytest

from svertka.drawing.pairs import View, bounds, pair


def test_both_stand_side_by_side_with_their_titles_and_a_note():
    view = View(np.zeros((20, 30), np.uint8), (20, 30))
    figure = pair(view, view, ("before", "after"), "a note")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["before", "after"]
    assert figure.get_supxlabel() == "a note"


def test_a_detail_is_framed_where_it_is():
    view = View(np.zeros((20, 30), np.uint8), (200, 300), np.zeros((10, 16), np.uint8), (40, 50))
    above, _, below, _ = pair(view, view, ("a", "b")).axes
    frame = above.patches[0]
    assert (frame.get_xy(), frame.get_width(), frame.get_height()) == ((49.5, 39.5), 16, 10)
    assert below.images[0].get_extent() == [49.5, 65.5, 49.5, 39.5]
    assert above.images[0].get_extent() == [-0.5, 299.5, 199.5, -0.5]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([3, 9], np.uint8), (0, 255)),
        (np.linspace(0, 1000, 1001), (5, 995)),
        (np.linspace(-1000, 200, 1201), (-994, 994)),
        (np.zeros(9), (0, 1)),
        (np.full(9, 7.0), (7, 8)),
    ],
)
def test_deep_images_are_stretched_but_for_a_hundredth(values, wanted):
    assert bounds(values) == pytest.approx(wanted)
