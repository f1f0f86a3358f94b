"""How well images are outlined: overlap class by class, over all places and image by image."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.stores import Store
from svertka.data.truths import NOWHERE
from svertka.evaluation.figures import Value
from svertka.evaluation.gathering import Asking, Found
from svertka.evaluation.overlays import overlay
from svertka.evaluation.reports import Report, Subject
from svertka.inference import Predictor

SHOWN = 12


class OutlineFigures(Value):
    """One class over all places: `None` where it is in neither the truth nor the answers."""

    name: str
    dice: float | None
    iou: float | None
    truth: float
    answer: float


class Overlap(Value):
    """One image and its Dice coefficient, the mean over classes but the first."""

    name: str
    dice: float


class OutlineReport(Report):
    """How well masks agree with the truth.

    `dice` is the mean over images, `2 |A ∩ B| / (|A| + |B|)` of each class but the first; `accuracy` the share of
    places that are right; `chance` that of always naming the most frequent class. In `classes`, `truth` and `answer`
    are shares of all places, and `iou` is `|A ∩ B| / |A ∪ B|`.
    """

    task: Literal["segment"] = "segment"
    dice: float
    accuracy: float
    chance: float
    classes: list[OutlineFigures]
    worst: list[Overlap]
    best: list[Overlap]


class Outlines:
    """Counts of places by class and answer, and the overlap in each image. `asking` gives the answers."""

    def __init__(self, predictor: Predictor, data: DataSet, store: Store, asking: Asking | None = None) -> None:
        self.predictor, self.data, self.store = predictor, data, store
        self.asking = asking or (lambda _, pixels: predictor.places(pixels))
        self.counts = np.zeros((len(data.classes), len(data.classes)), np.int64)
        self.overlaps: dict[int, float] = {}

    def add(self, places: Indices, pixels: Pixels) -> None:
        answers, truths = self.asking(places, pixels), self._truths(places)
        for place, answer, truth in zip(places, answers, truths, strict=True):
            counts = crossed(truth, answer, len(self.counts))
            self.counts += counts
            self.overlaps[int(place)] = image_dice(counts)

    def found(self, subject: Subject) -> Found:
        total = max(int(self.counts.sum()), 1)
        order = sorted(self.overlaps, key=lambda place: self.overlaps[place])
        worst, best = order[:SHOWN], order[::-1][:SHOWN]
        report = OutlineReport(
            subject=subject,
            dice=float(np.mean(list(self.overlaps.values()))),
            accuracy=float(np.trace(self.counts) / total),
            chance=float(self.counts.sum(axis=1).max() / total),
            classes=[self._class(place, name, total) for place, name in enumerate(self.data.classes)],
            worst=[self._row(place) for place in worst],
            best=[self._row(place) for place in best],
        )
        shown = {"worst": self._pictures(report.worst, worst), "best": self._pictures(report.best, best)}
        return Found(report, shown)

    def _truths(self, places: Indices) -> Pixels:
        assert self.data.truth is not None
        return self.data.truth.take(places, self.predictor.preprocess)

    def _class(self, place: int, name: str, total: int) -> OutlineFigures:
        both, truth, answer = self.counts[place, place], self.counts[place].sum(), self.counts[:, place].sum()
        either = truth + answer - both
        return OutlineFigures(
            name=name,
            dice=float(2 * both / (truth + answer)) if either else None,
            iou=float(both / either) if either else None,
            truth=float(truth / total),
            answer=float(answer / total),
        )

    def _row(self, place: int) -> Overlap:
        return Overlap(name=self.data.samples.place(place), dice=self.overlaps[place])

    def _pictures(self, rows: list[Overlap], places: list[int]) -> list[tuple[Overlap, str]]:
        indices = np.array(places)
        pixels = self.store.take(indices)
        answers, truths = self.asking(indices, pixels), self._truths(indices)
        preprocess = self.predictor.preprocess
        drawn = [overlay(*each, preprocess) for each in zip(pixels, truths, answers, strict=True)]
        return list(zip(rows, drawn, strict=True))


def crossed(truth: NDArray[np.uint8], answer: NDArray[np.uint8], classes: int) -> NDArray[np.int64]:
    """How many places of the class of each row were given the class of each column; places of no class are left out."""
    counted = truth != NOWHERE
    pairs = truth[counted].astype(np.int64) * classes + answer[counted]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def image_dice(counts: NDArray[np.int64]) -> float:
    """The mean Dice coefficient of the classes but the first; 1 for a class that is in neither."""
    both = counts.diagonal()[1:]
    total = counts.sum(axis=0)[1:] + counts.sum(axis=1)[1:]
    return float(np.where(total > 0, 2 * both / np.maximum(total, 1), 1.0).mean())
