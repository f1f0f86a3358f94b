"""Training a network into a run folder, and going on after an interruption."""

import logging
from pathlib import Path

from svertka.data.datasets import DataSet
from svertka.data.sets import open_data
from svertka.data.stores import Progress, silent
from svertka.errors import RunError
from svertka.evaluation import evaluated
from svertka.inference import Predictor
from svertka.nn import device_of
from svertka.runs import Asked, Run, check_free, free_name, new_run, open_run
from svertka.settings import EvaluateSettings, TrainSettings
from svertka.training.events import Reading, Watch, unwatched
from svertka.training.fitting import contained, epochs_for, learner_for, validation, with_rate
from svertka.training.interrupts import postponed
from svertka.training.keeper import Keeper
from svertka.training.learner import Learner
from svertka.training.loop import fit
from svertka.training.preparing import Prepared, prepare, prepare_again
from svertka.training.starting import prepare_from, run_at
from svertka.zoo import find

log = logging.getLogger(__name__)

RUNS = Path("runs")


def train(
    variant: str | Path | Run = "auto",
    data: str | Path | DataSet | None = None,
    run: str | Path | None = None,
    *,
    overwrite: bool = False,
    settings: TrainSettings | None = None,
    watch: Watch = unwatched,
    **changes: object,
) -> Run:
    """Train a network on images and test it on those held back.

    Args:
        variant: a network's name, or auto for one that suits the images; or a run, to start from its network and
            weights: at a tenth of the usual rate for a fifth of the usual epochs, with all other settings as they were.
        data: a name, a path, or a data set made in Python; by default digits, or what the run was trained on, with
            the same split.
        run: the folder to make; by default `runs/NETWORK-DATA`, with a number where that is taken.
        overwrite: replace a run that is there.
        settings: the choices of `TrainSettings`; each may also be given by name.
        watch: called with an `Event` for every batch and every epoch.
        **changes: choices by name, as in `epochs=20`.

    Returns:
        The run: its folder holds the weights, the history and the report.

    Raises:
        UnknownName, SettingError: a network, a data set or a choice is unknown or out of range.
        DataError: the data cannot be used; the message names the file.
        ShapeError: images are too small for the network.
        RunError: the folder is taken, or cannot be written, or there is no run to start from.
        TrainingError: the loss was not finite.
        KeyboardInterrupt: it was interrupted; `resume` goes on from there.
    """
    chosen = (settings or TrainSettings()).but(**changes)
    source = run_at(variant)
    if run is not None:
        check_free(Path(run), overwrite=overwrite)
        _check_apart(source, Path(run))
    if source is not None:
        said = chosen.model_dump(include=chosen.model_fields_set)
        device = device_of(said.get("device", source.asked.settings.device))
        ready = prepare_from(source, data, said, device, _reading(watch))
    else:
        ready = _afresh(str(variant), "digits" if data is None else data, chosen, _reading(watch))
    ready, trials = with_rate(ready)
    path = Path(run) if run is not None else free_name(RUNS, f"{ready.facts.variant}-{ready.data.name}")
    folder = new_run(path, overwrite=overwrite)
    with folder.alone():
        folder.clear()
        folder.write_split(ready.rows)
        folder.write_rates(trials)
        folder.write_start(ready.start)
        folder.write_facts(ready.facts, ready.shelf.preprocess, ready.names)
        folder.write_asked(
            Asked(
                variant=ready.facts.variant, data=_absolute(ready.data.source),
                start=None if source is None else _absolute(str(source.path)), settings=ready.settings,
            )
        )  # fmt: skip
        _learn(folder, ready, watch)
    return folder


def resume(run: str | Path | Run, data: DataSet | None = None, *, watch: Watch = unwatched) -> Run:
    """Go on with an interrupted training, to the same weights, bit by bit, as without the interruption.

    That holds on the same machine with the same versions.

    Args:
        run: a run folder, or the run itself.
        data: the data set, where the run was trained on one made in Python.
        watch: called with an `Event` for every batch and every epoch.

    Raises:
        RunError: the folder is no run, is damaged, or the data has changed.
        DataError: the data cannot be used; the message names the file.
        KeyboardInterrupt: it was interrupted again.
    """
    folder = run if isinstance(run, Run) else open_run(run)
    if folder.factoring is not None:
        raise RunError(f"{folder.path} was factored, not trained; to train it, write: svertka train {folder.path}")
    settings = folder.asked.settings
    found = open_data(folder.data, settings) if data is None else data
    with folder.alone():
        _learn(folder, prepare_again(folder, found, device_of(settings.device), _reading(watch)), watch)
    return folder


def _afresh(name: str, data: str | Path | DataSet, chosen: TrainSettings, progress: Progress) -> Prepared:
    """What a training from fresh weights needs."""
    if name != "auto" and chosen.task == "auto" and find(name).task not in ("classify", "segment"):
        chosen = chosen.but(task=find(name).task)
    return prepare(name, open_data(data, chosen), chosen, device_of(chosen.device), progress)


def _check_apart(source: Run | None, path: Path) -> None:
    if source is not None and path.resolve() == source.path.resolve():
        raise RunError(f"{path} is where this training starts; choose another folder")


def _learn(folder: Run, ready: Prepared, watch: Watch) -> None:
    """Learn from where the folder stands to the end, and report."""
    with contained(ready.settings.threads, ready.shelf.device):
        learner = learner_for(ready)
        _restore(folder, learner)
        with postponed() as interrupts, Keeper(folder, learner) as keeper:
            for event in fit(learner, epochs_for(ready), validation(ready, learner)):
                keeper.see(event)
                watch(event)
                if interrupts.asked and learner.settled:
                    keeper.save()
                    raise KeyboardInterrupt(f"go on with: svertka resume {folder.path}")
        _report(folder, ready)


def _restore(folder: Run, learner: Learner) -> None:
    state = folder.state()
    if state is None:
        log.info("training: %s", told(learner))
        return
    learner.restore(state)
    if learner.epoch == learner.settings.epochs:
        log.info("this training is finished; its report is made anew")
    else:
        log.info("going on in epoch %d, after batch %d of %d", learner.epoch + 1, learner.place, learner.batches)


def told(learner: Learner) -> str:
    """What is about to be done, in one line."""
    settings = learner.settings
    changes = {
        name: getattr(settings, name)
        for name in ("flip", "crop", "rotation", "zoom", "jitter", "erasing", "mixup", "cutmix")
    }
    augmentation = ", ".join(f"{name} {value}" for name, value in changes.items() if value not in (0, "none"))
    return (
        f"{settings.epochs} epochs of {learner.batches} batches of {settings.batch}; {settings.optimiser} at rate "
        f"{settings.rate:.3g}, {settings.schedule}; augmentation: {augmentation or 'none'}"
    )


def _report(folder: Run, ready: Prepared) -> None:
    """The final test; without a test part, the figures of the next best part."""
    part = next(part for part in ("test", "val", "train") if len(ready.part(part)))
    evaluated(
        Predictor.load(folder, str(ready.shelf.device)), ready.data, ready.shelf.store, ready.part(part),
        run=folder, part=part, folder=folder.path, settings=EvaluateSettings(), progress=silent,
    )  # fmt: skip


def _reading(watch: Watch) -> Progress:
    return lambda done, total: watch(Reading(done, total))


def _absolute(source: str) -> str:
    return str(Path(source).resolve()) if source and Path(source).exists() else source
