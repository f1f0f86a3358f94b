"""From a run to the engine that is fastest for it on this machine, checked, and noted in the run folder."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from svertka.data.stores import Progress, silent
from svertka.deploying.candidates import Candidate, Workshop, candidates, chosen_names, left_out
from svertka.deploying.checking import TOLERANCES, Check, checked, in_batches
from svertka.deploying.measuring import HOPELESS, in_turns, shortest
from svertka.deploying.sampling import Sampled, sampled
from svertka.engines import Scores, keep
from svertka.engines.kept import Kept, drop
from svertka.engines.machine import traits
from svertka.errors import DataError, RunError
from svertka.inference import Predictor
from svertka.nn import device_of, laid_out
from svertka.runs import Run, open_run
from svertka.settings import OptimiseSettings
from svertka.tasks import TASKS

log = logging.getLogger(__name__)

ORIGINAL = "as it is"
CALIBRATING = 128  # images from which int8 learns its ranges
FINALISTS = 4
BATCHES = {"throughput": 16, "latency": 1}


@dataclass(frozen=True)
class Row:
    """What one candidate showed: milliseconds of a call (median, and below which 90% are), images a second, its check.

    `refused` says why it is not taken, and is empty where it could be.
    """

    name: str
    ms: float | None = None
    ms90: float | None = None
    images_per_second: float | None = None
    check: Check | None = None
    refused: str = ""


@dataclass(frozen=True)
class Optimised:
    """All candidates with the original first, and the name of the best; `kept` is empty where that is the original."""

    run: str
    images: str
    batch: int
    threads: int
    precision: str
    rows: list[Row]
    best: str
    kept: Kept | None

    def document(self) -> dict[str, Any]:
        """The same as plain values; nothing stands for an error that is no number."""
        rows = [asdict(row) for row in self.rows]
        for row in rows:
            if row["check"] and not isfinite(row["check"]["error"]):
                row["check"]["error"] = None
        kept = self.kept and self.kept.model_dump(exclude={"measured"})
        return {**asdict(replace(self, rows=[], kept=None)), "rows": rows, "kept": kept}


def optimise(
    run: str | Path | Run,
    *,
    settings: OptimiseSettings | None = None,
    progress: Progress = silent,
    **changes: object,
) -> Optimised:
    """Find the fastest engine for a trained network on this machine, and let `predict` and `evaluate` use it.

    Each candidate is checked against the network itself on images of the run, and refused where it differs by more than
    is allowed; then all are measured in turns. The best one is noted in the run folder, with this machine's marks: on
    another machine, with other versions or after more training it is left out, and a line of the log says why.

    Args:
        run: a run folder, or the run itself.
        settings: the choices of `OptimiseSettings`; each may also be given by name.
        progress: called with the number of candidates done and of all.
        **changes: choices by name, as in `precision="bfloat16", aim="latency"`.

    Raises:
        RunError: there is no run, it is damaged, or it makes sounds.
        DataError: int8 is asked for, and the images to learn ranges from are not to be had.
        UnknownName, SettingError: a choice is unknown or out of range.
    """
    chosen = (settings or OptimiseSettings()).but(**changes)
    source = run if isinstance(run, Run) else open_run(run)
    names = chosen_names(chosen.engines)
    predictor = plain(source)
    batch, threads = chosen.batch or BATCHES[chosen.aim], chosen.threads or torch.get_num_threads()
    images = sampled(source, predictor, max(chosen.images, batch))
    workshop = Workshop(predictor.network, images.images, _calibration(source, predictor, chosen))
    found = measured(predictor, workshop, images, chosen, names=names, batch=batch, threads=threads, progress=progress)
    return _noted(source, found, images, chosen, batch=batch, threads=threads)


def plain(run: Run) -> Predictor:
    """A run's network on the processor, by itself.

    Raises:
        RunError: it makes sounds, sample by sample.
    """
    if run.facts.task == "next":
        raise RunError(f"{run.path} makes sounds sample by sample, by a way of its own; no engine takes its place")
    place = device_of("cpu")
    return Predictor(laid_out(run.network(), place), run.preprocess, run.names, run.facts, place)


@dataclass(frozen=True)
class Tried:
    """A candidate with its row, and its file where it works; whether it was among the fastest, measured in turns."""

    row: Row
    candidate: Candidate | None = None
    content: bytes = b""
    final: bool = False


def measured(
    predictor: Predictor,
    workshop: Workshop,
    images: Sampled,
    settings: OptimiseSettings,
    *,
    names: list[str],
    batch: int,
    threads: int,
    progress: Progress,
) -> list[Tried]:
    """Every candidate, checked and measured; the original first.

    Each is timed by itself when it has been checked, and only the fastest are kept for turns: all of a large network's
    together would not fit into memory.
    """
    shape = (batch, *images.images.shape[1:])
    several = list(candidates(names, settings.precision, shape, threads))
    expected = in_batches(predictor.scores, images.images, batch)
    tried: dict[str, Tried] = {ORIGINAL: Tried(Row(ORIGINAL, check=_check(expected, expected, predictor, images)))}
    working: dict[str, Callable[[], Tensor]] = {ORIGINAL: _call(predictor.scores, images.images, batch)}
    alone = {ORIGINAL: shortest(working[ORIGINAL])}
    for place, candidate in enumerate(several):
        progress(place, len(several))
        made = workshop.started(candidate)
        if isinstance(made, str):
            # One line for an engine that takes no such network, whatever the pieces.
            name = candidate.engine.name if workshop.unmade(candidate) else candidate.name
            tried.setdefault(name, Tried(Row(name, refused=made)))
            continue
        content, scores = made
        found = _check(expected, in_batches(scores, images.images, batch), predictor, images)
        refused = found.refusal(settings.tolerance or TOLERANCES[settings.precision], settings.changes)
        tried[candidate.name] = Tried(Row(candidate.name, check=found, refused=refused), candidate, content)
        if not refused:
            working[candidate.name] = _call(scores, images.images, batch)
            alone[candidate.name] = shortest(working[candidate.name])
        del made, scores
        working = {name: working[name] for name in working if name == ORIGINAL or name in fastest(working, alone)}
    times = {name: [seconds] for name, seconds in alone.items()} | in_turns(working)
    progress(len(several), len(several))
    absent = [Tried(Row(name, refused=why)) for name, why in left_out(names, settings.precision).items()]
    told = [replace(each, row=_timed(each.row, times.get(each.row.name), batch)) for each in tried.values()]
    return [replace(each, final=each.row.name in working) for each in told] + absent


def winner(found: Iterable[Tried]) -> Tried:
    """The fastest of those that were measured in turns."""
    return min((each for each in found if each.final), key=lambda each: each.row.ms or 0.0)


def fastest(names: Iterable[str], seconds: Mapping[str, float]) -> list[str]:
    """Those that may still win, the fastest first: at most four, and none that takes 1.5 times as long as the first."""
    ranked = sorted(names, key=lambda name: seconds[name])
    return [name for name in ranked[:FINALISTS] if seconds[name] <= HOPELESS * seconds[ranked[0]]]


def _call(scores: Scores, images: Tensor, batch: int) -> Callable[[], Tensor]:
    call = images[torch.arange(batch) % len(images)]
    return lambda: scores(call)


def _check(expected: Tensor, found: Tensor, predictor: Predictor, images: Sampled) -> Check:
    return checked(expected, found, TASKS[predictor.facts.task], images.targets)


def _timed(row: Row, times: list[float] | None, batch: int) -> Row:
    if not times:
        return row
    typical = median(times)
    return replace(
        row, ms=1000 * typical, ms90=1000 * float(np.quantile(times, 0.9)), images_per_second=batch / typical
    )


def _calibration(run: Run, predictor: Predictor, settings: OptimiseSettings) -> Tensor | None:
    """What int8 learns its ranges from: images of the training part.

    Raises:
        DataError: there are none.
    """
    if settings.precision != "int8":
        return None
    found = sampled(run, predictor, CALIBRATING, part="train")
    if found.why:
        raise DataError(f"int8 learns its ranges from the run's own images, and they are not to be had: {found.why}")
    return found.images


def _noted(
    run: Run, found: list[Tried], images: Sampled, settings: OptimiseSettings, *, batch: int, threads: int
) -> Optimised:
    """The best is written down."""
    best = winner(found)
    rows = [each.row for each in found]
    what = f"{len(images)} of {images.source}" if not images.why else f"{len(images)} {images.source}"
    made = Optimised(str(run.path), what, batch, threads, settings.precision, rows, best.row.name, None)
    if best.candidate is None:
        drop(run)
        return made
    record = {**made.document(), "settings": settings.model_dump(by_alias=False), "machine": traits()}
    return replace(made, kept=keep(run, best.candidate.engine, best.candidate.working, best.content, record))
