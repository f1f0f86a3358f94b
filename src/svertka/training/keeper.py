"""Keeping a training on the disk while it runs, so that it can be killed at any instant."""

from contextlib import AbstractContextManager
from time import monotonic
from types import TracebackType
from typing import Any

from svertka.errors import MissingExtra
from svertka.runs import Run
from svertka.training.events import EpochDone, Event
from svertka.training.learner import Learner


class Keeper(AbstractContextManager["Keeper"]):
    """Saves a learner's weights, history and state into its run folder.

    The weights are written before the state that knows of them, so a state never speaks of weights that are
    not there; what is newer than the state is made again, bit by bit, when the training goes on.
    """

    def __init__(self, run: Run, learner: Learner) -> None:
        self.run = run
        self.learner = learner
        self.saved = monotonic()
        self.board = _board(run) if learner.settings.tensorboard else None
        if learner.history:
            run.write_history(learner.history)

    def see(self, event: Event) -> None:
        """Save after an epoch, and between when it is time."""
        if isinstance(event, EpochDone):
            if event.best:
                self.run.write_weights(self.learner.tested.state_dict())
            self.run.write_history(self.learner.history)
            self._draw(event)
            self.save()
        elif self.learner.settled and monotonic() - self.saved >= self.learner.settings.save_every:
            self.save()

    def save(self) -> None:
        """Save all that is needed to go on from here."""
        self.run.write_state(self.learner.state())
        self.saved = monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.board is not None:
            self.board.close()

    def _draw(self, event: EpochDone) -> None:
        if self.board is None:
            return
        for name, value in event.row.items():
            self.board.add_scalar(name, value, int(event.row["epoch"]))


def _board(run: Run) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise MissingExtra("--tensorboard", "tensorboard", "boards") from None
    return SummaryWriter(str(run.path / "tensorboard"))
