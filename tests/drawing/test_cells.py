import numpy as np
import pytest
from matplotlib.patches import Rectangle

from svertka import ShapeError
from svertka.drawing import Cells, grid, window
from svertka.drawing.cells import number, outline


def written(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_numbers_titles_and_signs_stand_in_the_order_of_the_formula():
    figure = grid(Cells([[1, -2]], "image"), "∗", [[0.5]], "=", [[0.5, -1]])
    assert written(figure) == ["image", "1", "−2", "∗", "0.5", "=", "0.5", "−1"]


def test_every_number_stands_in_the_middle_of_its_cell():
    axes = grid(np.arange(6).reshape(2, 3)).axes[0]
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    for box, text in zip(boxes, axes.texts, strict=True):
        across, down = text.get_position()
        assert (across - box.get_x(), down - box.get_y()) == pytest.approx((0.5, 0.52))
    assert len({(box.get_x(), box.get_y()) for box in boxes}) == 6


def test_equal_numbers_have_equal_colours_and_signs_differ():
    one, same, other = [patch.get_facecolor() for patch in grid([[2, 2, -2]]).axes[0].patches]
    assert one == same
    assert one[2] > one[0]  # blue above nought
    assert other[0] > other[2]  # red below


def test_cells_without_a_number_are_empty():
    figure = grid([[np.nan, 3]])
    assert written(figure) == ["3"]
    assert figure.axes[0].patches[0].get_facecolor() == (1, 1, 1, 1)


def test_the_border_goes_around_the_marked_cells():
    lines = set(outline(window((3, 4), 1, 1, 2, 2)))
    assert len(lines) == 8  # two edges on each side of a window of 2x2
    assert all(1 <= x <= 3 and 1 <= y <= 3 for edge in lines for x, y in edge)
    assert ((2, 1), (2, 2)) not in lines  # none inside


def test_marked_cells_that_do_not_touch_have_a_border_each():
    assert len(list(outline(np.array([[True, False, True]])))) == 8


def test_numbers_stay_within_their_cells():
    figure = grid([[8, -12, 0.123, 1234, -0.25, 12345]])
    figure.draw_without_rendering()
    axes = figure.axes[0]
    for box, text in zip(axes.patches, axes.texts, strict=True):
        assert text.get_window_extent().width <= box.get_window_extent().width


def test_large_matrices_are_drawn_without_numbers():
    assert written(grid(np.ones((15, 2)))) == []
    assert len(written(grid(np.ones((14, 2))))) == 28


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (-0.5, "−0.5"), (1 / 3, "0.33"), (-0.001, "0"), (100, "100")])
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_more_axes_than_two_are_refused_with_what_to_do():
    with pytest.raises(ShapeError, match=r"not of shape \(3, 4, 4\); take one channel"):
        grid(np.zeros((3, 4, 4)))


def test_a_formula_can_go_on_in_the_next_row():
    one, two = grid([[1]], "=", [[1]]), grid([[1]], "=", [[1]], columns=2)
    assert two.get_figheight() > one.get_figheight()
    assert two.get_figwidth() < one.get_figwidth()
