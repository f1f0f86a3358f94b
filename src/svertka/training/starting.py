"""A training that starts from a run: its network and weights, what it does to images, its classes and its split."""

import logging
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from svertka.data.datasets import DataSet
from svertka.data.sets import open_data
from svertka.data.splits import Parts, counted, split
from svertka.data.stores import OnDemand, Progress, decode
from svertka.errors import DataError, SettingError
from svertka.evaluation.selecting import fitted
from svertka.inference import Predictor
from svertka.runs import Facts, Row, Run, is_run, open_run
from svertka.settings import TrainSettings
from svertka.training.defaults import DECAYS, epochs_for, rate_for
from svertka.training.preparing import Prepared, prepare_again, shelve, without_faults
from svertka.training.spheres import turning
from svertka.zoo import variants

log = logging.getLogger(__name__)

OF_IMAGES = ("colour", "pages", "fill", "task", "masks", "lags", "size", "resize", "stem", "project", "turned")
OF_SPLIT = ("test", "val")
SHORTER, GENTLER = 5, 10  # than a training from the beginning


def run_at(start: str | Path | Run) -> Run | None:
    """The run to start from, where it is one and not the name of a network.

    Raises:
        RunError: a path that leads to no run.
    """
    if isinstance(start, Run):
        return start
    if isinstance(start, Path):
        return open_run(start)
    named = start == "auto" or any(start == variant.name for variant in variants())
    return None if named or not is_run(Path(start)) else open_run(start)


def prepare_from(
    run: Run, data: str | Path | DataSet | None, said: Mapping[str, Any], device: torch.device, progress: Progress
) -> Prepared:
    """Everything a training needs to go on from a run's weights, as if they were first ones.

    On the run's own data its split stays. Of other data those samples that the run has had before, to the last pixel,
    keep their part, so that a test image is never learned from.

    Args:
        run: where to start.
        data: what to learn from; by default what the run was trained on.
        said: the settings that were chosen; all others stay as they were, but for a gentler rate and fewer epochs.
        device: where to compute.
        progress: called with the number of images done and of all.

    Raises:
        SettingError: a choice contradicts the run.
        DataError, RunError: the data does not suit the network, or has changed.
    """
    own = data is None or (isinstance(data, (str, Path)) and _source(data) == run.asked.data)
    settings = chosen_from(run, said, own=own)
    found = open_data(run.data if data is None else data, settings)
    ready = prepare_again(run, found, device, progress) if own else _prepared(run, found, settings, device, progress)
    images = len(ready.part("train"))
    log.info("start: the network and weights of %s%s", run.path, ", and its split" if own else "")
    return Prepared(
        ready.data, ready.rows, ready.shelf, _today(run.facts), filled_from(settings, said, images),
        start=run.network().state_dict(),
    )  # fmt: skip


def chosen_from(run: Run, said: Mapping[str, Any], *, own: bool) -> TrainSettings:
    """The run's settings with what was said in their place.

    Raises:
        SettingError: something was said that follows from the run.
    """
    before = run.asked.settings
    settings = before.but(**said)
    for name in (*OF_IMAGES, *(OF_SPLIT if own else ())):
        now, then = getattr(settings, name), getattr(before, name)
        if now != then:
            raise SettingError(f"{name} stays {then} as in {run.path}, where this training starts; leave {name} out")
    return settings


def filled_from(settings: TrainSettings, said: Mapping[str, Any], images: int) -> TrainSettings:
    """The settings with what depends on the number of images: a fifth of the usual epochs at a tenth of the rate."""
    batch = min(settings.batch or 1, images)
    optimiser = settings.optimiser or "sgd"
    usual = {
        "epochs": -(-epochs_for(images) // SHORTER),
        "rate": rate_for(optimiser, batch * settings.accumulate) / GENTLER,
        "decay": DECAYS[optimiser] if "optimiser" in said else settings.decay,
    }
    open_ones = {name: value for name, value in usual.items() if said.get(name) is None}
    return settings.but(batch=batch, **open_ones)


def _prepared(run: Run, data: DataSet, settings: TrainSettings, device: torch.device, progress: Progress) -> Prepared:
    """Other data, as the run's network takes it."""
    facts, preprocess = run.facts, run.preprocess
    data = _agreed(data, run)
    source = OnDemand(data.samples, preprocess, turned_by=turning(settings))
    found = decode(
        source, training=np.zeros(len(data), bool), cache=settings.cache, skip_bad=settings.skip_bad, progress=progress
    )
    parts = split(data, val=settings.val, test=settings.test, seed=settings.seed)
    data, parts, digests, store = without_faults(data, parts, found)
    parts = _remembered(parts, digests, run)
    log.info("split: %s", counted(parts))
    rows = [Row(data.samples.key(i), str(parts[i]), digests[i]) for i in range(len(data))]
    return Prepared(data, rows, shelve(data, store, preprocess, facts, device, settings.cache), facts, settings)


def _agreed(data: DataSet, run: Run) -> DataSet:
    """The same data in the order of the run's classes or numbers.

    Raises:
        DataError: it has not the same ones.
    """
    missing = [name for name in run.names if data.classes and name not in data.classes]
    if missing and run.facts.task != "segment":
        raise DataError(
            f"{data.source} has no {', '.join(missing[:10])}, but the network of {run.path} tells {len(run.names)} "
            "classes; train a new one, or give all of them"
        )
    return fitted(data, Predictor.load(run, "cpu"))


def _remembered(parts: Parts, digests: list[str], run: Run) -> Parts:
    """The parts, where samples that the run has had before keep theirs."""
    known = {row.digest: row.part for row in run.split}
    return np.array([known.get(each, part) for each, part in zip(digests, parts, strict=True)], dtype="<U5")


def _today(facts: Facts) -> Facts:
    return facts.model_copy(update={"svertka": version("svertka"), "torch": torch.__version__})


def _source(data: str | Path) -> str:
    return str(Path(data).resolve()) if Path(data).exists() else str(data)
