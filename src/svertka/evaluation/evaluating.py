"""Applying a trained network to data whose truth is known."""

import logging
import re
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import torch

from svertka.data.batches import ahead
from svertka.data.datasets import DataSet
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.sets import open_data
from svertka.data.stores import OnDemand, Progress, Store, digest, readable, silent
from svertka.data.truths import OBJECTS
from svertka.errors import DataError, SettingError
from svertka.evaluation.forecasts import Forecasts
from svertka.evaluation.gathering import Answers, Gathering
from svertka.evaluation.outlines import Outlines
from svertka.evaluation.page import page
from svertka.evaluation.reports import Report, Subject
from svertka.evaluation.selecting import fitted, select, trained, unseen
from svertka.evaluation.sounds import Sounds
from svertka.evaluation.together import combined
from svertka.inference import Predictor
from svertka.inference.ensembles import Ensemble, check_alone, ensemble_of
from svertka.runs import Run, open_run, write
from svertka.settings import DataSettings, EvaluateSettings
from svertka.zoo import find

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evaluation:
    """A report, and where it was written as JSON and as a page."""

    report: Report
    json: Path
    html: Path


def evaluate(
    run: str | Path | Run,
    data: str | Path | DataSet | None = None,
    *,
    out: str | Path | None = None,
    settings: EvaluateSettings | None = None,
    progress: Progress = silent,
    **changes: object,
) -> Evaluation:
    """How well a trained network does on data whose truth is known.

    Args:
        run: a run folder, or the run itself.
        data: a name or a path; by default what the run was trained on, of which only the test part is used.
        out: a folder for `report.json` and `report.html`; by default the run's own for its own data, and
            `reports/NAME` in it for other data.
        settings: the choices of `EvaluateSettings`; each may also be given by name.
        progress: called with the number of images done and of all.
        **changes: choices by name, as in `part="val"`.

    Raises:
        RunError: the folder is no run, or is damaged, or cannot be written to.
        DataError: the data cannot be used with this network.
        UnknownName, SettingError: a choice is unknown or out of range, or runs do not agree.
        ShapeError: a network does not take the sizes of views.
    """
    chosen = (settings or EvaluateSettings()).but(**changes)
    run = run if isinstance(run, Run) else open_run(run)
    predictor = Predictor.load(run, chosen.device)
    if not chosen.several:
        check_alone(chosen)
    ensemble = ensemble_of(predictor, chosen, run.path.name) if chosen.several else None
    found = fitted(open_data(run.data if data is None else data, _reading(predictor, chosen)), predictor)
    trained_as, seed = run.asked.settings.turned, run.asked.settings.seed
    turned = trained_as if chosen.turned is None else chosen.turned
    _check_sphere(predictor, turned=turned)
    known = OnDemand(found.samples, predictor.preprocess, chosen.colour, seed if trained_as else None)
    source = replace(known, turned_by=seed if turned else None)
    selection = select(found, run, known, chosen.part)
    if ensemble is not None:
        others = zip(ensemble.others, (each.predictor.preprocess for each in ensemble.members[1:]), strict=True)
        selection = unseen(selection, found, others, known, chosen.part)
    name = found.name if turned == trained_as else f"{found.name}-{'turned' if turned else 'not-turned'}"
    name = "-".join([name, *_marks(chosen)])
    own = data is None and turned == trained_as and not chosen.several
    folder = Path(out) if out else run.path if own else run.path / "reports" / name
    return evaluated(
        predictor, found, source, selection.indices, run=run, part=selection.part, folder=folder,
        settings=chosen, progress=progress, ensemble=ensemble,
    )  # fmt: skip


def evaluated(
    predictor: Predictor,
    data: DataSet,
    store: Store,
    indices: Indices,
    *,
    run: Run,
    part: str,
    folder: Path,
    settings: EvaluateSettings,
    progress: Progress,
    ensemble: Ensemble | None = None,
) -> Evaluation:
    """The report on some samples of a store, written into a folder."""
    begin = perf_counter()
    if ensemble is not None:
        assert isinstance(store, OnDemand)
        gathering: Gathering = combined(ensemble, data, store, settings.views)
    else:
        gathering = _gathering(predictor, data, store, run)
    faults, digests = collect(gathering, store, indices, settings, progress)
    seconds = perf_counter() - begin
    _tell(faults, digests, [run, *(ensemble.others if ensemble else ())], part)
    subject = Subject(
        run=run.path.name, network=predictor.facts.variant, data=data.name, part=part,
        samples=len(indices) - len(faults),
        skipped=len(faults), seconds=seconds, svertka=version("svertka"), torch=torch.__version__,
    )  # fmt: skip
    found = gathering.found(subject)
    content = page(found, history=_history(run), settings=run.asked.settings.model_dump(exclude_none=True))
    return _written(found.report, content, folder)


def _gathering(predictor: Predictor, data: DataSet, store: Store, run: Run) -> Gathering:
    """What is to be gathered for this task."""
    if predictor.facts.task == "segment":
        return Outlines(predictor, data, store)
    if predictor.facts.task == "forecast":
        return Forecasts(predictor, data, store, trained(data, run))
    if predictor.facts.task == "next":
        return Sounds(predictor, data, store)
    return Answers(predictor, data, store)


def collect(
    gathering: Gathering, store: Store, indices: Indices, settings: EvaluateSettings, progress: Progress
) -> tuple[dict[int, str], list[str]]:
    """Hand over all samples that can be read; what is wrong with the others, and the digests of all."""
    faults: dict[int, str] = {}
    digests: list[str] = []
    chunks = [indices[start : start + settings.batch] for start in range(0, len(indices), settings.batch)]
    done = 0
    for chunk, pixels in ahead(partial(_taken, store, chunk, faults, settings) for chunk in chunks):
        good = [place for place, index in enumerate(chunk) if int(index) not in faults]
        if good:
            gathering.add(chunk[good], pixels[good])
        digests += [digest(pixels[place]) for place in good]
        done += len(chunk)
        progress(done, len(indices))
    if len(faults) == len(indices):
        raise DataError(f"none of the {len(indices)} images can be read; the first: {next(iter(faults.values()))}")
    return faults, digests


def _taken(store: Store, chunk: Indices, faults: dict[int, str], settings: EvaluateSettings) -> tuple[Indices, Pixels]:
    if settings.skip_bad and isinstance(store, OnDemand):
        return chunk, readable(store, chunk, faults)
    return chunk, store.take(chunk)


def _check_sphere(predictor: Predictor, *, turned: bool) -> None:
    if turned and not find(predictor.facts.variant).on_sphere(predictor.preprocess.project):
        raise SettingError(
            "only what lies on a sphere can be turned there, and this network's images lie in a plane; leave out turned"
        )


def _reading(predictor: Predictor, settings: EvaluateSettings) -> DataSettings:
    """How to open the data: as for the training, but for what the evaluation's own settings say."""
    return DataSettings(
        axes=settings.axes, target=settings.target, max_pixels=settings.max_pixels,
        pages=predictor.preprocess.pages, task=predictor.facts.task, lags=predictor.facts.lags or "1",
        masks="objects" if predictor.names == OBJECTS else "classes",
    )  # fmt: skip


def _marks(settings: EvaluateSettings) -> list[str]:
    """What tells a report on several answers from others, as parts of a folder's name."""
    views = "-".join(re.findall(r"[\w.]+", settings.views))
    dropped = f"dropout-{settings.dropout_samples}" if settings.dropout_samples else ""
    others = [f"with-{path.name}" for path in settings.others]
    return list(filter(None, [views, *others, dropped, "vote" if settings.combine == "vote" else ""]))


def _tell(faults: dict[int, str], digests: list[str], runs: list[Run], part: str) -> None:
    if faults:
        log.warning(
            "%d images cannot be read and are left out; the first: %s", len(faults), next(iter(faults.values()))
        )
    trained = {row.digest for run in runs for row in run.split if row.part == "train"}
    twins = sum(each in trained for each in digests)
    if twins and part != "train":
        log.warning("%d of these samples are equal, pixel by pixel, to samples the network was trained on", twins)


def _history(run: Run) -> list[dict[str, float]]:
    return run.history if (run.path / "history.csv").exists() else []


def _written(report: Report, content: str, folder: Path) -> Evaluation:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {folder}: {error.strerror or error}") from None
    result = Evaluation(report, folder / "report.json", folder / "report.html")
    write(result.html, content)
    write(result.json, report.model_dump_json(indent=1) + "\n")
    return result
