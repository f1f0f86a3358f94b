"""What an evaluation keeps of every batch, and what it makes of all of them in the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet, subset
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.stores import Store
from svertka.evaluation.figures import Floats
from svertka.evaluation.pictures import diagram, matrix, scatter, thumbnail
from svertka.evaluation.reports import Report, Subject, class_report, number_report
from svertka.inference import Predictor

WORDY = 60  # classes up to which the page shows the confusion matrix


@dataclass(frozen=True)
class Found:
    """A report, and the pictures and names that its page needs besides."""

    report: Report
    drawn: dict[str, Any]


class Gathering(Protocol):
    """Takes batch after batch, and tells what they show."""

    def add(self, places: Indices, pixels: Pixels) -> None:
        """Take the ready pixels of the samples at these places."""

    def found(self, subject: Subject) -> Found:
        """What there is to report."""


Asking = Callable[[Indices, Pixels], NDArray[Any]]  # what is said of samples, whose ready pixels are at hand


class Answers:
    """Answers to whole images: classes or numbers. `asking` gives them; by default the predictor."""

    def __init__(self, predictor: Predictor, data: DataSet, store: Store, asking: Asking | None = None) -> None:
        self.predictor, self.data, self.store = predictor, data, store
        self.asking = asking or (lambda _, pixels: predictor.of(pixels))
        self.places: list[Indices] = []
        self.values: list[Floats] = []

    def add(self, places: Indices, pixels: Pixels) -> None:
        self.places.append(places)
        self.values.append(self.asking(places, pixels))

    def found(self, subject: Subject) -> Found:
        places, values = np.concatenate(self.places), np.concatenate(self.values)
        data = subset(self.data, places)
        names = [data.samples.place(index) for index in range(len(places))]
        if data.classes:
            return self._classes(subject, values, data, places, names)
        report, worst = number_report(subject, values, data.targets, data.columns, names)
        scatters = [scatter(values[:, i], data.targets[:, i], row.name) for i, row in enumerate(report.columns)]
        return Found(report, {"scatters": scatters, "worst": self._worst(report.worst, places, worst)})

    def _classes(self, subject: Subject, values: Floats, data: DataSet, places: Indices, names: list[str]) -> Found:
        report, worst = class_report(subject, values, data.targets, data.classes, names)
        drawn = {
            "matrix": matrix(report.confusion, data.classes) if len(data.classes) <= WORDY else None,
            "diagram": diagram(report.reliability),
            "worst": self._worst(report.worst, places, worst),
        }
        return Found(report, drawn)

    def _worst(self, rows: list[Any], places: Indices, worst: list[int]) -> list[tuple[Any, str]]:
        pixels = self.store.take(places[worst]) if worst else ()
        return list(zip(rows, [thumbnail(image, self.predictor.preprocess) for image in pixels], strict=True))
