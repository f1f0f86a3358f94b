"""What an evaluation finds, as values that can be written and drawn."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import SerializerFunctionWrapHandler, model_serializer

from svertka.evaluation.figures import (
    Bin,
    ClassFigures,
    ColumnFigures,
    Floats,
    Ints,
    Value,
    by_class,
    by_column,
    calibration_error,
    confusion,
    interval,
    loss,
    reliability,
    top,
)

WORST = 24


class Subject(Value):
    """What was evaluated on what."""

    run: str
    network: str
    data: str
    part: str
    samples: int
    skipped: int
    seconds: float
    svertka: str
    torch: str


class Mistake(Value):
    """A sample whose class was not found: `score` is the probability given to the wrong class."""

    name: str
    truth: str
    answer: str
    score: float


class Miss(Value):
    """A sample whose number is far off, in units of the number."""

    name: str
    column: str
    truth: float
    answer: float


class Judged(Value):
    """A run, or a view, and its own figure of merit: over all answers that it had a part in."""

    name: str
    figure: float


class Doubt(Value):
    """A measure of uncertainty: its means where the answer is right and where it is wrong.

    `auroc` is the probability that it is larger for a wrong answer than for a right one, ties counting half; `None`
    where there are not both, and for outlines.
    """

    measure: str
    right: float | None
    wrong: float | None
    auroc: float | None


class Together(Value):
    """How several answers to each image became one, and what each part of them is worth alone.

    `views` are as asked for, `passes` how often an image went through a network, `dropout_samples` how many of these
    differ by dropout only. `figure` names the task's figure of merit, here `value`, and of every run and every view.
    """

    combine: str
    views: str
    dropout_samples: int
    seed: int
    passes: int
    figure: str
    value: float
    runs: list[Judged]
    each_view: list[Judged]
    uncertainty: list[Doubt]


class Report(Value):
    """What every report says: what was evaluated on what, and for which task.

    `together` tells of answers that were combined; there is none, not even its name, where each image had one.
    """

    task: str
    subject: Subject
    together: Together | None = None

    @model_serializer(mode="wrap")
    def _spoken(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        if self.together is None:
            found.pop("together", None)
        return found


class ClassReport(Report):
    """How well classes are told apart.

    `interval` is that of the accuracy with 95% confidence; `chance` is the accuracy of always naming the most frequent
    class; `ece` is the expected calibration error; `confusion[i][j]` counts samples of class i that were called j.
    """

    task: Literal["classify"] = "classify"
    accuracy: float
    interval: tuple[float, float]
    chance: float
    balanced_accuracy: float
    top5_accuracy: float | None
    macro_f1: float
    loss: float
    ece: float
    classes: list[ClassFigures]
    confusion: list[list[int]]
    reliability: list[Bin]
    worst: list[Mistake]


class NumberReport(Report):
    """How well numbers are predicted."""

    task: Literal["regress"] = "regress"
    columns: list[ColumnFigures]
    worst: list[Miss]


def class_report(
    subject: Subject, probabilities: Floats, truth: Ints, classes: Sequence[str], names: Sequence[str]
) -> tuple[ClassReport, list[int]]:
    """The report, and the places of its worst mistakes, the most confident first."""
    chosen = probabilities.argmax(axis=1)
    rows = by_class(truth, chosen, classes)
    bins = reliability(probabilities, truth)
    hits = int((chosen == truth).sum())
    worst = _worst(np.where(chosen == truth, -1.0, probabilities.max(axis=1)))
    report = ClassReport(
        subject=subject,
        accuracy=hits / len(truth),
        interval=interval(hits, len(truth)),
        chance=float(np.bincount(truth).max() / len(truth)),
        balanced_accuracy=_mean([row.recall for row in rows]),
        top5_accuracy=top(probabilities, truth, 5) if len(classes) > 5 else None,
        macro_f1=_mean([row.f1 for row in rows if row.samples]),
        loss=loss(probabilities, truth),
        ece=calibration_error(bins),
        classes=rows,
        confusion=confusion(truth, chosen, len(classes)),
        reliability=bins,
        worst=[
            Mistake(
                name=names[place], truth=classes[truth[place]], answer=classes[chosen[place]],
                score=float(probabilities[place].max()),
            )
            for place in worst
        ],
    )  # fmt: skip
    return report, worst


def number_report(
    subject: Subject, values: Floats, truth: Floats, columns: Sequence[str], names: Sequence[str]
) -> tuple[NumberReport, list[int]]:
    """The report, and the places of its worst misses, in deviations of each number, the farthest first."""
    rows = by_column(values, truth, columns)
    misses = np.abs(values - truth) / np.array([row.deviation or 1.0 for row in rows])
    worst = _worst(misses.max(axis=1))
    which = misses.argmax(axis=1)
    report = NumberReport(
        subject=subject,
        columns=rows,
        worst=[
            Miss(
                name=names[place], column=columns[which[place]],
                truth=float(truth[place, which[place]]), answer=float(values[place, which[place]]),
            )
            for place in worst
        ],
    )  # fmt: skip
    return report, worst


def _worst(badness: Floats) -> list[int]:
    """The places of the greatest values that are not negative."""
    order = np.argsort(-badness, kind="stable")[:WORST]
    return [int(place) for place in order if badness[place] >= 0]


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0
