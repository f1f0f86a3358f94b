import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from svertka.training.schedules import SCHEDULES, Plateau, momentum, share

STEPS = 40


def theirs(make):
    """The rates that one of torch's own schedules gives, step by step."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0, momentum=0.9)
    schedule = make(optimiser)
    rates, momenta = [], []
    for _ in range(STEPS):
        rates.append(optimiser.param_groups[0]["lr"])
        momenta.append(optimiser.param_groups[0]["momentum"])
        optimiser.step()
        schedule.step()
    return rates, momenta


def ours(name, warmup=0.0):
    return [share(name, warmup, step / STEPS) for step in range(STEPS)]


def test_cosine_is_torchs():
    rates, _ = theirs(lambda optimiser: lr_scheduler.CosineAnnealingLR(optimiser, STEPS))
    assert ours("cosine") == pytest.approx(rates, abs=1e-12)


def test_steps_are_torchs():
    rates, _ = theirs(lambda optimiser: lr_scheduler.MultiStepLR(optimiser, [STEPS // 2, 3 * STEPS // 4]))
    assert ours("step") == pytest.approx(rates, abs=1e-12)


def test_onecycle_is_torchs_but_for_its_last_word():
    def make(optimiser):
        # torch ends the rise a step early and counts one step less: 41 steps put its turns where ours are.
        return lr_scheduler.OneCycleLR(
            optimiser, 1.0, total_steps=STEPS + 1, pct_start=(0.3 * STEPS + 1) / (STEPS + 1), final_div_factor=1e9,
            base_momentum=0.8, max_momentum=0.9,
        )  # fmt: skip

    rates, _ = theirs(make)
    assert ours("onecycle") == pytest.approx(rates, abs=1e-6)


@given(st.floats(0, 1))
def test_momentum_moves_against_the_rate_of_onecycle(rate_share):
    assert momentum(0.9, "onecycle", rate_share) == pytest.approx(0.9 - 0.1 * rate_share)
    assert momentum(0.9, "cosine", rate_share) == 0.9


@pytest.mark.parametrize("name", SCHEDULES)
@given(progress=st.floats(0, 1), warmup=st.floats(0, 0.9))
def test_shares_are_never_above_one_or_below_zero(name, progress, warmup):
    assert 0 <= share(name, warmup, progress) <= 1


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "onecycle"])
def test_the_warmup_rises_in_a_line_to_where_the_schedule_begins(name):
    assert [share(name, 0.2, progress) for progress in (0, 0.05, 0.1, 0.2)] == pytest.approx([0, 0.25, 0.5, 1])


def test_what_follows_the_warmup_is_the_whole_schedule():
    assert share("cosine", 0.2, 0.6) == pytest.approx(share("cosine", 0, 0.5))


def test_a_plateau_is_torchs():
    figures = [5, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2]
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.1, patience=4, threshold=0)
    plateau, best = Plateau(), float("inf")
    for figure in figures:
        schedule.step(figure)
        plateau.see(figure < best)
        best = min(best, figure)
        assert plateau.factor == pytest.approx(optimiser.param_groups[0]["lr"])


def test_steps_are_as_deep_for_numbers_of_numpy():
    progress = np.array([0.2, 0.6, 0.9])
    assert [SCHEDULES["step"](place) for place in progress] == pytest.approx([1, 0.1, 0.01])
