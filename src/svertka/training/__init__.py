"""Training networks."""

from svertka.training.events import EpochDone, Event, Reading, Stepped
from svertka.training.jobs import resume, train

__all__ = ["EpochDone", "Event", "Reading", "Stepped", "resume", "train"]
