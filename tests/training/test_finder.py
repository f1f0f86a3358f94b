import numpy as np
import pytest
import torch
from torch import nn

from svertka import TrainingError
from svertka.data.batches import Batch
from svertka.settings import TrainSettings
from svertka.tasks import REGRESS, Stress
from svertka.training.finder import HIGHEST, LOWEST, STEPS, find_rate
from svertka.training.learner import Learner

SETTINGS = TrainSettings(epochs=4, batch=8, rate=0.1, decay=0, momentum=0, clip=0)


class Valley:
    """Batches whose loss is a parabola of this curvature in the one weight, with a little noise."""

    def __init__(self, curvature):
        self.image = (curvature / 2) ** 0.5
        self.noise = torch.Generator().manual_seed(0)

    def epoch(self, epoch, start=0):
        for _ in range(7):
            truth = 3 + 0.1 * torch.randn(8, 1, generator=self.noise)
            yield Batch(torch.full((8, 1), self.image), truth, np.arange(8))


def learner(**changes):
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    return Learner(network, REGRESS, Stress(), SETTINGS.but(**changes), 7, torch.device("cpu"))


@pytest.mark.parametrize("curvature", [2.0, 20.0, 200.0])
def test_a_tenth_of_the_best_is_below_where_gradient_descent_breaks(curvature):
    """On a parabola of curvature c, descent converges for rates below 2 / c and breaks above (a textbook fact)."""
    rate, trials = find_rate(learner(), Valley(curvature))
    assert 0.003 * 2 / curvature < rate < 2 / curvature
    assert trials[-1].rate > 1 / curvature


def test_rates_rise_by_a_constant_factor():
    _, trials = find_rate(learner(), Valley(0.01))
    rates = [trial.rate for trial in trials]
    assert (rates[0], rates[-1], len(rates)) == (LOWEST, pytest.approx(HIGHEST), STEPS)
    np.testing.assert_allclose(np.diff(np.log(rates)), np.log(HIGHEST / LOWEST) / (STEPS - 1))


def test_it_ends_early_where_the_loss_breaks():
    _, trials = find_rate(learner(), Valley(2000.0))
    assert len(trials) < STEPS


def test_the_learner_is_not_changed():
    one = learner(ema=0.9, schedule="onecycle", accumulate=2)
    before = one.network.weight.detach().clone()
    find_rate(one, Valley(2.0))
    torch.testing.assert_close(one.network.weight.detach(), before, rtol=0, atol=0)
    assert (one.place, one.epoch, one.sums.count, one.settings.schedule) == (0, 0, 0, "onecycle")
    assert one.average.n_averaged == 0


def test_a_loss_that_is_bad_from_the_start_is_said():
    one = learner()
    one.network.weight.data.fill_(float("nan"))
    with pytest.raises(TrainingError, match="the loss is nan at epoch 1"):
        find_rate(one, Valley(2.0))
