"""What several answers to each image are worth together, and what each run and each view is worth alone."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from svertka.data.datasets import DataSet
from svertka.data.lessons import IGNORED
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.stores import OnDemand
from svertka.data.truths import NOWHERE
from svertka.evaluation.figures import Floats
from svertka.evaluation.gathering import Answers, Found, Gathering
from svertka.evaluation.outlines import Outlines
from svertka.evaluation.reports import Doubt, Judged, Subject, Together
from svertka.inference.ensembles import Ensemble, Ready, pieces
from svertka.inference.tallies import Tally
from svertka.tasks import TASKS

ALL = ("all", "")
Numbers = NDArray[np.floating[Any]]
Group = tuple[str, str]  # a run or a view, and its name; or all


class Record:
    """Asks an ensemble, and writes down what each run and each view would have been worth alone."""

    def __init__(self, ensemble: Ensemble, data: DataSet, store: OnDemand) -> None:
        self.ensemble, self.data = ensemble, data
        self.task = TASKS[ensemble.first.facts.task]
        self.stores = {way: replace(store, preprocess=way) for way in ensemble.preparing}
        self.points: dict[Group, dict[int, float]] = defaultdict(dict)
        self.doubts: dict[str, Meeting] = defaultdict(Meeting)

    def whole(self, places: Indices, pixels: Pixels) -> Floats:
        """Answers `(batch, outputs)` to the samples at these places."""
        tallies = self._tallies(self._ready(places, pixels))
        truths = self.data.targets[places]
        self._note(places, tallies, truths)
        told = self.ensemble.told(tallies[ALL])
        if tallies[ALL].classes:
            for measure, values in tallies[ALL].uncertainty(told).items():
                self.doubts[measure].meet(values, told.argmax(axis=1) == truths, kept=True)
        return np.asarray(told, np.float64)

    def masks(self, places: Indices, pixels: Pixels) -> NDArray[np.uint8]:
        """The class of every place of the samples, `(batch, *sizes)`."""
        found = []
        for piece in pieces(len(places), self.ensemble, pixels.shape[2:]):
            tallies = self._tallies(self._ready(places[piece], pixels[piece]))
            told = self.ensemble.told(tallies[ALL])
            chosen = told.argmax(axis=1).astype(np.uint8)
            if any(int(place) not in self.points[ALL] for place in places[piece]):
                self._judge(places[piece], tallies, chosen)
            found.append(chosen)
        return np.concatenate(found)

    def together(self, views: str) -> Together:
        """What there is to report."""
        ensemble = self.ensemble
        judged = [(group, self._figure(group)) for group in self.points]
        return Together(
            combine=ensemble.combine, views=views, dropout_samples=ensemble.samples, seed=ensemble.seed,
            passes=ensemble.passes, figure=self.task.figure, value=self._figure(ALL),
            runs=[Judged(name=name, figure=figure) for (kind, name), figure in judged if kind == "run"],
            each_view=[Judged(name=name, figure=figure) for (kind, name), figure in judged if kind == "view"],
            uncertainty=[meeting.doubt(measure) for measure, meeting in self.doubts.items()],
        )  # fmt: skip

    def _ready(self, places: Indices, pixels: Pixels) -> Ready:
        """The samples in every way; the first is at hand."""
        first, *others = self.ensemble.preparing
        return {first: pixels, **{way: self.stores[way].take(places) for way in others}}

    def _tallies(self, ready: Ready) -> dict[Group, Tally]:
        """All answers counted, and those of each run and each view by themselves."""
        tallies: dict[Group, Tally] = defaultdict(self.ensemble.tally)
        for answer in self.ensemble.answers(ready):
            for group in (ALL, ("run", answer.run), ("view", answer.view)):
                tallies[group].add(answer.values)
        return tallies

    def _judge(self, places: Indices, tallies: dict[Group, Tally], chosen: NDArray[np.uint8]) -> None:
        assert self.data.truth is not None
        truths = self.data.truth.take(places, self.ensemble.first.preprocess)
        self._note(places, tallies, np.where(truths == NOWHERE, IGNORED, truths.astype(np.int64)))
        counted = truths != NOWHERE
        for measure, values in tallies[ALL].uncertainty(self.ensemble.told(tallies[ALL])).items():
            self.doubts[measure].meet(values[counted], (chosen == truths)[counted], kept=False)

    def _note(self, places: Indices, tallies: dict[Group, Tally], truths: NDArray[Any]) -> None:
        """The contribution of each sample to the figures of all groups."""
        for group, tally in tallies.items():
            told = self._units(self.ensemble.told(tally))
            points = self.task.points(torch.from_numpy(told), torch.from_numpy(self._units(truths)))
            self.points[group].update(zip(map(int, places), points.tolist(), strict=True))

    def _units(self, values: NDArray[Any]) -> NDArray[Any]:
        """Numbers in deviations of the training, as the figure of merit counts them; classes as they are."""
        facts = self.ensemble.first.facts
        return (
            (values - np.array(facts.target_mean)) / np.array(facts.target_deviation) if facts.target_mean else values
        )

    def _figure(self, group: Group) -> float:
        return self.task.merit(float(np.mean(list(self.points[group].values()))))


class Meeting:
    """How a measure of doubt meets right and wrong answers."""

    def __init__(self) -> None:
        self.sums = {True: 0.0, False: 0.0}
        self.counts = {True: 0, False: 0}
        self.values: list[Numbers] = []
        self.rights: list[NDArray[np.bool_]] = []

    def meet(self, values: Numbers, right: NDArray[np.bool_], *, kept: bool) -> None:
        """Take the measure of some answers; `kept` if they are to be ranked in the end."""
        for side in (True, False):
            self.sums[side] += float(values[right == side].sum())
            self.counts[side] += int((right == side).sum())
        if kept:
            self.values.append(values)
            self.rights.append(right)

    def doubt(self, measure: str) -> Doubt:
        """What it comes to."""
        right, wrong = (self.sums[side] / self.counts[side] if self.counts[side] else None for side in (True, False))
        both = self.values and right is not None and wrong is not None
        auroc = float(roc_auc_score(~np.concatenate(self.rights), np.concatenate(self.values))) if both else None
        return Doubt(measure=measure, right=right, wrong=wrong, auroc=auroc)


@dataclass(frozen=True)
class Combined:
    """A gathering whose answers come from an ensemble, and which tells of it."""

    inner: Gathering
    record: Record
    views: str

    def add(self, places: Indices, pixels: Pixels) -> None:
        self.inner.add(places, pixels)

    def found(self, subject: Subject) -> Found:
        found = self.inner.found(subject)
        return Found(found.report.model_copy(update={"together": self.record.together(self.views)}), found.drawn)


def combined(ensemble: Ensemble, data: DataSet, store: OnDemand, views: str) -> Combined:
    """What is to be gathered where several answers are combined."""
    record = Record(ensemble, data, store)
    kind, asking = (Outlines, record.masks) if ensemble.by_place else (Answers, record.whole)
    return Combined(kind(ensemble.first, data, store, asking), record, views)
