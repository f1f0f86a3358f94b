"""From a run to a new one with a cheaper network."""

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.datasets import subset
from svertka.data.sets import open_data
from svertka.data.stores import OnDemand, Progress, silent
from svertka.errors import DataError, RunError, UnknownName
from svertka.evaluation import evaluate
from svertka.evaluation.selecting import fitted, select
from svertka.factoring.comparing import Comparison, compare
from svertka.factoring.networks import Factored, factored
from svertka.inference import Predictor
from svertka.nn import laid_out
from svertka.runs import Asked, Run, check_free, free_name, new_run, open_run
from svertka.settings import FactorSettings
from svertka.tasks import TASKS
from svertka.training.preparing import shelve

log = logging.getLogger(__name__)


def factor(
    run: str | Path | Run,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    settings: FactorSettings | None = None,
    progress: Progress = silent,
    **changes: object,
) -> Run:
    """Make a trained network cheaper: pairs of cheap layers for dear ones, by singular values, without any training.

    The new run is used as any other, and `svertka.train` may start from it to win back what was lost. Its
    `factoring.json` says what became of each layer, and how far the answers to the run's own test images have changed;
    its report is on these images too.

    Args:
        run: a run folder, or the run itself.
        out: the folder to make; by default that of the run with `-factored` behind its name.
        overwrite: replace a run that is there.
        settings: the choices of `FactorSettings`; each may also be given by name.
        progress: called with the number of images done and of all.
        **changes: choices by name, as in `kind="depthwise", rank=1`.

    Returns:
        The new run.

    Raises:
        RunError: there is no run, it is damaged, or the new folder is taken or cannot be written.
        SettingError: no layer can be factored so, or the choices contradict each other.
        UnknownName: no layer or no choice is called so.
    """
    chosen = (settings or FactorSettings()).but(**changes)
    source = run if isinstance(run, Run) else open_run(run)
    path = free_name(source.path.parent, f"{source.path.name}-factored") if out is None else Path(out)
    if path.resolve() == source.path.resolve():
        raise RunError(f"{path} is the run to be factored; choose another folder")
    check_free(path, overwrite=overwrite)
    facts = source.facts
    if facts.task == "next":
        raise RunError(f"{source.path} makes sounds, and what makes them fast knows its layers; it cannot be factored")
    predictor = Predictor.load(source, chosen.device)
    made = factored(source.network(), facts.channels, facts.sizes, settings=chosen)
    log.info("factors: %d of %d layers; %s parameters instead of %s, %s multiply-adds instead of %s",
             len(made.layers), len(made.layers) + len(made.skipped), f"{made.after.parameters:,}",
             f"{made.before.parameters:,}", f"{made.after.macs:,}", f"{made.before.macs:,}")  # fmt: skip
    found = _compared(source, predictor, made, chosen)
    folder = new_run(path, overwrite=overwrite)
    with folder.alone():
        folder.clear()
        _write(folder, source, made, _document(source, made, chosen, found))
    if found is not None:
        evaluate(folder, device=chosen.device, progress=progress)
    return folder


def _write(folder: Run, source: Run, made: Factored, document: dict[str, Any]) -> None:
    """All that makes it a run; the settings come last."""
    facts, asked = source.facts, source.asked
    factors = {**facts.factors, **made.factors}
    folder.write_split(source.split)
    folder.write_facts(facts.model_copy(update={"factors": factors}), source.preprocess, source.names)
    folder.write_weights(made.network.state_dict())
    folder.write_factoring(document)
    folder.write_asked(
        Asked(variant=asked.variant, data=asked.data, start=str(source.path.resolve()), settings=asked.settings)
    )


def _document(source: Run, made: Factored, settings: FactorSettings, found: Comparison | None) -> dict[str, Any]:
    return {
        "start": str(source.path.resolve()),
        "settings": settings.model_dump(include={"kind", "rank", "error", "share", "layers"}),
        "parameters_before": made.before.parameters, "parameters_after": made.after.parameters,
        "macs_before": made.before.macs, "macs_after": made.after.macs,
        "layers": [asdict(each) for each in made.layers], "skipped": [asdict(each) for each in made.skipped],
        "comparison": None if found is None else asdict(found),
    }  # fmt: skip


def _compared(source: Run, predictor: Predictor, made: Factored, settings: FactorSettings) -> Comparison | None:
    """Both networks on the run's own test part; nothing where its data is not here."""
    asked, preprocess, facts = source.asked.settings, predictor.preprocess, predictor.facts
    try:
        data = fitted(open_data(source.data, asked), predictor)
    except (DataError, RunError, UnknownName) as error:
        log.warning("how far the answers have changed cannot be said: %s", error)
        return None
    selection = select(data, source, OnDemand(data.samples, preprocess), "auto")
    data = subset(data, selection.indices)
    shelf = shelve(data, OnDemand(data.samples, preprocess), preprocess, facts, predictor.device, asked.cache)
    batches = shelf.in_order(np.arange(len(data)), settings.batch)
    network = laid_out(made.network, predictor.device).eval()
    return compare(predictor.network, network, batches, TASKS[facts.task], data=data.name, part=selection.part)
