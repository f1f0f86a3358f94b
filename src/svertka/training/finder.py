"""The learning-rate range test: raise the rate until learning breaks, and take a tenth of where it was best.

Smith, "Cyclical learning rates", arXiv:1506.01186, section 3.3.
"""

from collections.abc import Iterator
from copy import deepcopy
from itertools import count as counting
from typing import NamedTuple

from svertka.data.batches import Batch, Epochs
from svertka.errors import TrainingError
from svertka.training.learner import Learner

LOWEST, HIGHEST = 1e-5, 10.0
STEPS = 100
MEMORY = 0.9  # of the running mean of the loss
BROKEN = 4.0  # times the least loss


class Trial(NamedTuple):
    """One step of the test."""

    rate: float
    loss: float


def find_rate(learner: Learner, epochs: Epochs) -> tuple[float, list[Trial]]:
    """A good highest rate for the network as it stands, and the steps that show it; the learner is not changed.

    Raises:
        TrainingError: the loss is not finite at the lowest rate already.
    """
    trials = list(_trials(deepcopy(learner), epochs))
    least = min(trials, key=lambda trial: trial.loss)
    return least.rate / 10, trials


def _trials(learner: Learner, epochs: Epochs) -> Iterator[Trial]:
    plain = learner.settings.but(schedule="constant", warmup=0, accumulate=1)
    learner.average = None
    running, least = 0.0, float("inf")
    for number, batch in zip(range(STEPS), _endless(epochs), strict=False):
        rate = LOWEST * (HIGHEST / LOWEST) ** (number / (STEPS - 1))
        learner.settings, learner.place = plain.but(rate=rate), 0
        try:
            running = MEMORY * running + (1 - MEMORY) * learner.learn(batch)
        except TrainingError:
            if number == 0:
                raise
            return
        loss = running / (1 - MEMORY ** (number + 1))
        least = min(least, loss)
        yield Trial(rate, loss)
        if loss > BROKEN * least:
            return


def _endless(epochs: Epochs) -> Iterator[Batch]:
    for epoch in counting():
        yield from epochs.epoch(epoch)
