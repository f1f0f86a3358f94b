"""Several answers to one image: of views of it, of several runs, of a network that is thinned again and again."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.data.resample import resampled
from svertka.errors import SettingError, ShapeError
from svertka.geometry import times
from svertka.inference.predictor import PLACES, Predictor
from svertka.inference.tallies import Answers, Tally
from svertka.inference.thinning import check_drops, thinned
from svertka.inference.views import View, views_of
from svertka.measure import check_sizes
from svertka.runs import Run, open_run
from svertka.settings import PredictSettings, SeveralSettings
from svertka.zoo import find

log = logging.getLogger(__name__)

Ready = Mapping[Preprocess, Pixels]


@dataclass(frozen=True)
class Member:
    """One run: its name, its network, and where each of the ensemble's outputs stands among its own."""

    name: str
    predictor: Predictor
    order: tuple[int, ...]
    views: tuple[View, ...]

    @property
    def network(self) -> str:
        """What its network is called."""
        return self.predictor.facts.variant


@dataclass(frozen=True)
class Answer:
    """What one run says of one view, by one sample of its network where it is thinned: `(batch, outputs, *places)`."""

    run: str
    view: str
    values: Answers


@dataclass(frozen=True)
class Ensemble:
    """Runs, each with the same views, and how their answers become one. The first run is the one that was asked.

    `others` are the folders of the other members.
    """

    members: tuple[Member, ...]
    combine: str
    samples: int
    seed: int
    others: tuple[Run, ...] = ()

    @property
    def first(self) -> Predictor:
        """The run that was asked, with the names and the order of the answers."""
        return self.members[0].predictor

    @property
    def by_place(self) -> bool:
        """Whether answers are masks."""
        return self.first.facts.task == "segment"

    @property
    def preparing(self) -> list[Preprocess]:
        """Every way in which an image is made ready, the plain one of the first run at the beginning."""
        found = [self.first.preprocess, *(view.preprocess for member in self.members for view in member.views)]
        return list(dict.fromkeys(map(readied, found)))

    @property
    def passes(self) -> int:
        """How often an image goes through a network."""
        return sum(len(member.views) for member in self.members) * max(1, self.samples)

    def tally(self) -> Tally:
        """Nothing counted yet."""
        return Tally(classes=self.first.facts.task != "regress")

    def answers(self, ready: Ready) -> Iterator[Answer]:
        """All answers to a batch of ready images, `(batch, channels, *sizes)` for each way of preparing.

        Masks are turned back and brought to the places of the plain image, the first in `preparing`.
        """
        sizes = ready[self.preparing[0]].shape[2:]
        for member in self.members:
            for view in member.views:
                pixels = view.of(ready[readied(view.preprocess)])
                for sample in range(max(1, self.samples)):
                    values = self._asked(member.predictor, pixels, sample)[:, list(member.order)]
                    yield Answer(member.name, view.name, back(values, view, sizes) if self.by_place else values)

    def tallied(self, ready: Ready) -> Tally:
        """The same, counted."""
        tally = self.tally()
        for answer in self.answers(ready):
            tally.add(answer.values)
        return tally

    def told(self, tally: Tally) -> Answers:
        """The combined answers."""
        return tally.combined(self.combine)

    def _asked(self, predictor: Predictor, pixels: Pixels, sample: int) -> NDArray[np.float64]:
        if not self.samples:
            return predictor.of(pixels)
        with thinned(predictor.network, self.seed, sample):
            return replace(predictor, engine=None).of(pixels)


def back(maps: Answers, view: View, sizes: Sequence[int]) -> Answers:
    """Maps `(batch, classes, *places)` of a view, on the places of the plain image."""
    straight = view.turn.back(maps)
    return straight if straight.shape[2:] == tuple(sizes) else resampled(straight, sizes).astype(maps.dtype)


def pieces(images: int, ensemble: Ensemble, places: Sequence[int]) -> Iterator[slice]:
    """Images, in lots of which the answers at all places fit into memory."""
    step = max(1, PLACES // (len(ensemble.first.names) * prod(places)) // 4)
    for start in range(0, images, step):
        yield slice(start, start + step)


def readied(preprocess: Preprocess) -> Preprocess:
    """What of a preprocessing decides how ready pixels look: two runs that only normalise otherwise share them."""
    return preprocess.model_copy(update={"mean": (), "deviation": ()})


def ensemble_of(predictor: Predictor, settings: SeveralSettings, name: str = "") -> Ensemble:
    """What settings ask for, around the run that was asked.

    Raises:
        SettingError: runs do not agree, one is given twice, or a setting does not fit a network.
        UnknownName: no views are called so.
        ShapeError: a network does not take the views' sizes.
        RunError: a further run is none, or is damaged.
    """
    check_task(predictor, settings)
    names = _names([name or "the first run", *(path.name or str(path) for path in settings.others)], settings)
    others = tuple(map(open_run, settings.others))
    predictors = [predictor, *(Predictor.load(run, settings.device) for run in others)]
    members = [_member(each, called, predictor, settings) for each, called in zip(predictors, names, strict=True)]
    _check_apart(members)
    made = Ensemble(tuple(members), settings.combine, settings.dropout_samples, settings.seed, others)
    log.info("%s", told(made, settings))
    return made


def told(ensemble: Ensemble, settings: SeveralSettings) -> str:
    """What is done, in one line."""
    parts = [
        f"{len(ensemble.members)} runs" if settings.others else "",
        f"{len(ensemble.members[0].views)} views ({settings.views})" if settings.views else "",
        f"{ensemble.samples} dropout samples" if ensemble.samples else "",
    ]  # fmt: skip
    return f"{ensemble.passes} passes an image: {' by '.join(filter(None, parts))}; combined by {ensemble.combine}"


def check_task(predictor: Predictor, settings: SeveralSettings) -> None:
    """See that answers of this task can be combined so.

    Raises:
        SettingError: they cannot.
    """
    task = predictor.facts.task
    if task not in ("classify", "regress", "segment"):
        raise SettingError(
            f"--views, --with and --dropout-samples are for classes, numbers and outlines; this run's task is {task}"
        )
    if task == "regress" and settings.combine == "vote":
        raise SettingError("numbers have no votes; combine them by their mean")
    if task == "segment" and "crop" in settings.views:
        raise SettingError(
            "crops are for answers to whole images; outlines take mirror, flips, dihedral and multi-scale"
        )


def check_alone(settings: SeveralSettings) -> None:
    """See that nothing is asked of a single answer that only several can tell.

    Raises:
        SettingError: it is.
    """
    doubt = isinstance(settings, PredictSettings) and settings.uncertainty
    wanted = "--uncertainty" if doubt else "--combine vote" if settings.combine == "vote" else ""
    if wanted:
        raise SettingError(f"{wanted} wants several answers; add --views, --with or --dropout-samples")


def _names(called: list[str], settings: SeveralSettings) -> list[str]:
    """A name for each run; with its path where two are called alike."""
    if len(set(called)) == len(called):
        return called
    return [called[0], *map(str, settings.others)]


def _member(each: Predictor, called: str, first: Predictor, settings: SeveralSettings) -> Member:
    _agree(each, called, first)
    views = views_of(settings.views, each.preprocess)
    for view in views:
        _check_takes(each, view)
    if settings.dropout_samples:
        check_drops(each.network, f"{each.facts.variant} of {called}")
    return Member(called, each, tuple(each.names.index(name) for name in first.names), views)


def _check_apart(members: Sequence[Member]) -> None:
    """See that no network is asked twice, as where a run is given twice.

    Raises:
        SettingError: one is.
    """
    seen: dict[str, str] = {}
    for member in members:
        known = seen.setdefault(member.predictor.identity, member.name)
        if known != member.name:
            raise SettingError(f"{member.name} has the very weights of {known}; give each run once")


def _agree(each: Predictor, called: str, first: Predictor) -> None:
    """See that a run answers the same question about images of the same kind."""
    for what, one, other in _traits(each, first):
        if one != other:
            raise SettingError(f"runs must agree to be combined: {called} has {what} {one}, and the first has {other}")


def _traits(each: Predictor, first: Predictor) -> Iterator[tuple[str, str, str]]:
    """What must agree, as words: of the run, and of the first."""
    one, other = each.preprocess, first.preprocess
    yield "the task", each.facts.task, first.facts.task
    yield "the names", _sorted(each, first), _sorted(first, each)
    yield "images with axes", str(one.rank_before), str(other.rank_before)
    yield "pixels of type", one.dtype, other.dtype
    if one.model == other.model == "keep":
        yield "channels", str(one.channels), str(other.channels)
    if first.facts.task == "segment":
        yield "images brought to", f"{times(one.sizes)} by {one.resize}", f"{times(other.sizes)} by {other.resize}"


def _sorted(one: Predictor, other: Predictor) -> str:
    """The names in the order of the alphabet, those that the other lacks alone where there are such."""
    lacking = sorted(set(one.names) - set(other.names))
    if set(one.names) == set(other.names):
        return ", ".join(sorted(one.names))
    return ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "") or "none besides"


def _check_takes(predictor: Predictor, view: View) -> None:
    """See that the network takes what a view shows it.

    Raises:
        SettingError: it takes images of one size only.
        ShapeError: they are too small.
    """
    facts, sizes = predictor.facts, predictor.preprocess.sizes
    if view.sizes == sizes:
        return
    if find(facts.variant).knows("size"):
        raise SettingError(
            f"{facts.variant} takes images of {times(sizes)} only, and the view {view.name!r} is of {times(view.sizes)}"
        )
    try:
        check_sizes(predictor.network, predictor.preprocess.channels, view.sizes)
    except ShapeError as error:
        raise ShapeError(f"the view {view.name!r} cannot be shown: {error}") from None
