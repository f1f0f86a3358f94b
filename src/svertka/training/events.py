"""What a training reports while it runs."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """Images are being read for the first time."""

    done: int
    total: int


@dataclass(frozen=True)
class Stepped:
    """A batch has been learned from; `speed` is in images per second, since the epoch began."""

    epoch: int
    epochs: int
    place: int
    batches: int
    loss: float
    speed: float


@dataclass(frozen=True)
class EpochDone:
    """An epoch has ended; `row` is its line in the history, and `best` whether validation was never better."""

    epochs: int
    row: dict[str, float]
    best: bool


Event = Reading | Stepped | EpochDone
Watch = Callable[[Event], None]


def unwatched(event: Event) -> None:
    """Let it pass."""
