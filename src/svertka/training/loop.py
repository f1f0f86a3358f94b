"""The story of a training, told once: epochs of steps, each followed by a validation."""

from collections.abc import Callable, Iterator
from time import perf_counter

from svertka.data.batches import Batch, Epochs
from svertka.tasks import Figures
from svertka.training.events import EpochDone, Stepped
from svertka.training.learner import Best, Learner

Validate = Callable[[], Figures]


def fit(learner: Learner, epochs: Epochs, validate: Validate | None) -> Iterator[Stepped | EpochDone]:
    """Learn from where the learner stands to the end of the last epoch, or until validation has stalled too long.

    It yields after every batch and after every epoch, and does not print, save or draw: its callers do.
    """
    total = learner.settings.epochs or 1
    while learner.epoch < total and not stalled(learner):
        clock = Clock()
        for batch in clock.waiting(epochs.epoch(learner.epoch, learner.place)):
            loss = learner.learn(batch)
            clock.images += len(batch)
            yield Stepped(learner.epoch + 1, total, learner.place, len(epochs), loss, clock.speed)
        yield _finished(learner, clock, validate() if validate else None)


def stalled(learner: Learner) -> bool:
    """Whether patience has run out."""
    if not learner.settings.patience or learner.best is None:
        return False
    return learner.epoch - learner.best.epoch >= learner.settings.patience


class Clock:
    """The time an epoch takes, and how much of it is spent waiting for data."""

    def __init__(self) -> None:
        self.begin = perf_counter()
        self.images = 0
        self.waited = 0.0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return perf_counter() - self.begin

    @property
    def speed(self) -> float:
        """Images in a second."""
        return self.images / max(self.seconds, 1e-9)

    def waiting(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The same batches, with the time noted that they take to come."""
        while True:
            asked = perf_counter()
            batch = next(batches, None)
            self.waited += perf_counter() - asked
            if batch is None:
                return
            yield batch


def _finished(learner: Learner, clock: Clock, figures: Figures | None) -> EpochDone:
    seconds, speed = clock.seconds, clock.speed
    name, sums = learner.task.figure, learner.sums
    row = {
        "epoch": learner.epoch + 1,
        "rate": learner.rate,
        "train_loss": sums.loss / sums.count,
        f"train_{name}": learner.task.merit(sums.points / sums.count),
    }
    if figures:
        row |= {"val_loss": figures.loss, f"val_{name}": figures.figure}
    row |= {"seconds": seconds, "images_per_second": speed, "waiting": clock.waited}
    best = _is_best(learner, figures)
    if best and figures:
        learner.best = Best(figures.figure, figures.loss, learner.epoch + 1)
    learner.finish_epoch(row, improved=best)
    return EpochDone(learner.settings.epochs or 1, row, best)


def _is_best(learner: Learner, figures: Figures | None) -> bool:
    """Whether validation was never better, of equal figures by the loss; without one, the latest is the best."""
    if figures is None or learner.best is None:
        return True
    best = learner.best
    return learner.task.better(figures.figure, best.figure) or (
        figures.figure == best.figure and figures.loss < best.loss
    )
