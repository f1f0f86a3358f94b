import numpy as np
import pytest

from svertka import ShapeError
from svertka.drawing import rotations
from svertka.geometry import rotation_grid

B = 6


def bump(place):
    """A signal whose greatest value is at a sample."""
    beta, alpha, gamma = rotation_grid(B)
    at = (beta[place[0]], alpha[place[1]], gamma[place[2]])
    return (
        np.cos(beta - at[0])[:, None, None] + np.cos(alpha - at[1])[:, None] + np.cos(gamma - at[2])
    )  # fmt: skip


@pytest.mark.parametrize("place", [(2, 3, 4), (5, 0, 11), (7, 9, 1)])
def test_the_slice_of_the_peak_is_among_them_and_its_place_marked(place):
    figure = rotations(bump(place), projection="equirectangular")
    title = f"γ = {180 * place[2] / B:.0f}°"
    (found,) = [axes for axes in figure.axes if axes.texts]
    assert found.get_title() == title
    beta, alpha, _ = rotation_grid(B)
    x, y = found.lines[-1].get_xydata()[0]
    assert (y, np.cos(x)) == pytest.approx((np.pi / 2 - beta[place[0]], np.cos(alpha[place[1]])))


def test_slices_can_be_chosen():
    figure = rotations(bump((2, 3, 4)), at=[0, 3], peak=False)
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == ["γ = 0°", "γ = 90°"]
    assert not any(axes.texts for axes in figure.axes)


def test_small_signals_show_all_their_slices():
    assert len(rotations(np.arange(8.0).reshape(2, 2, 2)).axes) == 2


def test_a_batch_is_refused():
    with pytest.raises(ShapeError, match="take one channel of one sample"):
        rotations(np.zeros((1, 1, 4, 4, 4)))
