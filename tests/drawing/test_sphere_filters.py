import numpy as np
import pytest
import torch

from svertka import nn, reference
from svertka.drawing import sphere_filters
from svertka.drawing.sphere_filters import filters_of, power_by_degree
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


def test_the_filters_of_a_layer_are_what_it_correlates_with():
    """At the rotation that does nothing, the answer is the mean of signal times filter."""
    layer = nn.SphereConv(2, 3, B, B, bias=False).double()
    x = torch.randn(1, 2, 2 * B, 2 * B, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x = torch.from_numpy(reference.s2_synthesise(reference.s2_analyse(x)).real)
    answer = reference.so3_analyse(layer(x).detach().numpy())
    at_rest = sum((2 * l + 1) * np.trace(one, axis1=-2, axis2=-1).real for l, one in enumerate(answer))
    drawn = filters_of(layer, count=6)
    assert list(drawn)[:3] == ["channel 0 to 0", "channel 1 to 0", "channel 0 to 1"]
    fine = [[*reference.s2_analyse(one), *[np.zeros(2 * l + 1) for l in range(B, 2 * B)]] for one in x[0].numpy()]
    signals = [reference.s2_synthesise(one).real for one in fine]
    for o in range(3):
        parts = [sphere_weights(2 * B)[:, None] * signals[i] * drawn[f"channel {i} to {o}"] for i in range(2)]
        assert np.sum(parts) == pytest.approx(at_rest[0, o])


def test_a_layer_brings_its_points():
    figure = sphere_filters(nn.SphereConv(1, 2, 8, 6))
    assert len(figure.axes) == 4
    assert len(figure.axes[0].lines[-1].get_xdata()) == 24  # all are near the pole, and so in sight
