import numpy as np
import pytest

from svertka.drawing import globes
from svertka.drawing.globes import directions, eye
from svertka.geometry import sphere_grid

BETA, ALPHA = (axis for axis in np.meshgrid(*sphere_grid(16), indexing="ij"))


def spot(beta, alpha):
    """A small bright place."""
    return np.exp(-30 * (1 - np.sum(directions(BETA, ALPHA) * directions(beta, alpha), axis=-1)))


def test_directions_are_those_of_colatitude_and_longitude():
    np.testing.assert_allclose(directions(0.0, 1.0), [0, 0, 1], atol=1e-15)
    np.testing.assert_allclose(directions(np.pi / 2, np.pi / 2), [0, 1, 0], atol=1e-15)


@pytest.mark.parametrize("seen_from", [(0.3, 0.1), (1.0, 4.0), (2.9, -2.0), (np.pi / 2, 0.0)])
def test_the_eye_sees_as_eyes_do(seen_from):
    """What lies below it is in the middle, north is up, east is on the right, and nothing is mirrored."""
    view = eye(seen_from)
    np.testing.assert_allclose(view @ directions(*seen_from), [0, 0, 1], atol=1e-14)
    np.testing.assert_allclose(view @ view.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(view) > 0
    assert (view @ directions(seen_from[0] - 0.1, seen_from[1]))[1] > 0
    assert (view @ directions(seen_from[0], seen_from[1] + 0.1))[0] > 0


@pytest.mark.parametrize("place", [(1.1, 0.6), (0.5, 0.3), (1.5, 1.1)])
def test_a_bright_place_is_painted_where_the_eye_sees_it(place):
    figure = globes({"x": spot(*place)}, seen_from=(1.0, 0.5), colours="gray", lines=False)
    picture = np.asarray(figure.axes[0].images[0].get_array()).mean(axis=-1)
    row, column = np.unravel_index(picture.argmax(), picture.shape)
    x, y, _ = eye((1.0, 0.5)) @ directions(*place)
    assert 2 * column / picture.shape[1] - 1 == pytest.approx(x, abs=0.1)
    assert 1 - 2 * row / picture.shape[0] == pytest.approx(y, abs=0.1)


def test_marks_on_the_far_side_are_hidden():
    marks = {"near": (1.0, 0.5), "far": (np.pi - 1.0, 0.5 + np.pi)}
    figure = globes({"x": spot(1.0, 0.5)}, seen_from=(1.0, 0.5), marks=marks)
    assert [text.get_text() for text in figure.axes[0].texts] == ["near"]


def test_the_axis_is_behind_the_ball_when_the_south_is_seen():
    below = globes({"x": spot(1, 1)}, seen_from=(2.5, 0.0), lines=False).axes[0]
    above = globes({"x": spot(1, 1)}, seen_from=(0.5, 0.0), lines=False).axes[0]
    assert below.lines[0].get_zorder() < below.images[0].get_zorder() < above.lines[0].get_zorder()


def test_balls_hang_in_order_under_their_titles():
    figure = globes({"one": BETA, "two": BETA, "three": BETA}, columns=2)
    assert [axes.get_title() for axes in figure.axes] == ["one", "two", "three", ""]
