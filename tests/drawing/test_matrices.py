import numpy as np
import pytest
from matplotlib.patches import Rectangle
from scipy.linalg import toeplitz

from svertka.drawing import matrix
from svertka.drawing.matrices import places


def plain(kernel, sizes):
    return places(np.asarray(kernel, dtype=float), sizes, stride=1, padding=0, dilation=1)


def test_the_matrix_of_a_signal_is_toeplitz():
    wanted = toeplitz([1, 0, 0], [1, 2, 0, 0]) - 1
    assert plain([7, 8], (4,)).tolist() == wanted.tolist()


def test_the_blocks_of_a_plane_s_matrix_are_toeplitz_in_toeplitz_order():
    found = plain(np.ones((2, 2)), (3, 3)).reshape(2, 2, 3, 3).transpose(0, 2, 1, 3)  # blocks, then rows and columns
    assert (found[0, 0] == found[1, 1]).all()
    assert (found[0, 1] == found[1, 2]).all()
    assert found[0, 0].tolist() == (toeplitz([1, 0], [1, 2, 0]) - 1).tolist()


def test_every_weight_that_is_not_there_is_left_empty_and_the_rest_is_drawn():
    axes = matrix([[1, 2], [3, 4]], (3, 3)).axes[0]
    cells = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_width() == 1]
    assert len(cells) == 4 + 4 * 4  # the kernel, and four rows with four weights
    assert sorted(text.get_text() for text in axes.texts) == sorted("1234" * 5)


def test_equal_weights_have_equal_colours():
    axes = matrix([5, 5, 5], (4,)).axes[0]  # equal numbers at different places of the kernel remain different weights
    cells = [patch for patch in axes.patches if patch.get_height() == 1 and patch.get_width() == 1]
    assert len({patch.get_facecolor() for patch in cells}) == 3


@pytest.mark.parametrize("transposed", [False, True])
def test_the_transpose_stands_upright(transposed):
    figure = matrix([[1, 2], [3, 4]], (3, 3), transposed=transposed)
    ground = max(figure.axes[0].patches, key=lambda patch: patch.get_width() * patch.get_height())
    assert (ground.get_height(), ground.get_width()) == ((9, 4) if transposed else (4, 9))


def test_the_lines_part_the_rows_of_image_and_result():
    axes = matrix(np.ones((2, 2)), (4, 5)).axes[0]  # the result has 3 rows of 4
    upright = sorted(line.get_xdata()[0] for line in axes.lines if line.get_xdata()[0] == line.get_xdata()[1])
    level = sorted(line.get_ydata()[0] for line in axes.lines if line.get_ydata()[0] == line.get_ydata()[1])
    assert np.diff(upright[-5:]).tolist() == [5] * 4
    assert {1, 5, 9, 13} <= set(level)
