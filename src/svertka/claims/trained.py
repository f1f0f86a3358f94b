"""Trainings of a claim: each leaves its run, and what is there already is gone on with instead of made again."""

import logging
from pathlib import Path
from typing import Any

from svertka.data.datasets import DataSet
from svertka.runs import Run, is_run, open_run
from svertka.settings import TrainSettings
from svertka.training import resume, train
from svertka.training.events import EpochDone, Event

log = logging.getLogger(__name__)


def trained(folder: Path, variant: str, data: str | Path | DataSet, **changes: Any) -> Run:
    """A network trained on this data; of a run that was begun with the same settings, only what is left is done.

    Raises:
        SvertkaError: as `svertka.train`.
    """
    settings = TrainSettings().but(**changes)
    if is_run(folder) and _asked(open_run(folder), variant, settings):
        return resume(folder, data if isinstance(data, DataSet) else None, watch=said)
    return train(variant, data, folder, overwrite=True, settings=settings, watch=said)


def said(event: Event) -> None:
    """Note what an epoch gave, as training itself says nothing."""
    if isinstance(event, EpochDone):
        figures = "  ".join(f"{name} {event.row[name]:.4g}" for name in event.row if name.startswith(("train", "val")))
        log.info("epoch %.0f of %d: %s", event.row["epoch"], event.epochs, figures)


def _asked(run: Run, variant: str, settings: TrainSettings) -> bool:
    """Whether a run was asked for this network and these settings, where they were said."""
    asked = run.asked
    told = settings.model_dump(include=settings.model_fields_set)
    return asked.variant == variant and asked.settings.model_dump(include=set(told)) == told
