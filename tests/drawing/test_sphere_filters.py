import numpy as np
import pytest

from svertka import reference
from svertka.drawing import sphere_filters
from svertka.drawing.sphere_filters import power_by_degree
from svertka.geometry import sphere_grid, sphere_weights

B = 8


def harmonic(l, m):
    beta, alpha = sphere_grid(B)
    return reference.spherical_harmonics(l, beta[:, None], alpha)[..., l + m].real


@pytest.mark.parametrize(("l", "m"), [(0, 0), (3, 2), (7, -4)])
def test_a_harmonic_has_its_power_in_its_degree(l, m):
    np.testing.assert_allclose(power_by_degree(harmonic(l, m)), np.eye(B)[l], atol=1e-12)


def test_shares_are_those_of_the_mean_square():
    """Parseval: harmonics of other degrees are orthogonal, so their mean squares add up."""
    parts = 2.0 * harmonic(2, 1), 0.5 * harmonic(5, -3)
    squares = [np.sum(sphere_weights(B)[:, None] * part**2) for part in parts]
    found = power_by_degree(sum(parts))
    assert found[[2, 5]] == pytest.approx(np.divide(squares, sum(squares)))


def test_every_filter_has_a_ball_and_its_bars_as_far_as_there_is_power():
    figure = sphere_filters({"one": harmonic(2, 1), "two": harmonic(5, 0)})
    assert [axes.get_title() for axes in figure.axes] == ["one", "two", "", ""]
    assert [len(axes.patches) for axes in figure.axes[2:]] == [3, 6]


def test_points_on_the_far_side_are_hidden():
    figure = sphere_filters({"x": harmonic(2, 1)}, points=([0.1, 0.2, 3.0], [0.0, 1.0, 0.0]))
    assert len(figure.axes[0].lines[-1].get_xdata()) == 2


def test_nothing_has_no_power():
    np.testing.assert_array_equal(power_by_degree(np.zeros((4, 4))), 0)
