"""Figures of merit, from answers and truth."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BINS = 10
NORMAL = 1.959964  # the normal deviate of a two-sided interval of 95%


class Value(BaseModel):
    """Base of what a report holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ClassFigures(Value):
    """One class: precision and recall are `None` where nothing was called so, or nothing was so."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    samples: int


class Bin(Value):
    """Answers of about the same confidence: their number, mean confidence and share of right ones."""

    low: float
    high: float
    samples: int
    confidence: float
    accuracy: float


class ColumnFigures(Value):
    """One number: errors in its own units; `r2` is `None` where the truth does not vary."""

    name: str
    rmse: float
    mae: float
    r2: float | None
    mean: float
    deviation: float


def interval(hits: int, count: int) -> tuple[float, float]:
    """Where the true share lies with 95% confidence, by the count alone; Wilson (1927)."""
    share = hits / count
    z = NORMAL
    middle = share + z * z / (2 * count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def confusion(truth: Ints, chosen: Ints, classes: int) -> list[list[int]]:
    """How many of the class of each row were called the class of each column."""
    return [[int(count) for count in row] for row in confusion_matrix(truth, chosen, labels=range(classes))]


def by_class(truth: Ints, chosen: Ints, names: Sequence[str]) -> list[ClassFigures]:
    """Precision, recall and their harmonic mean, class by class."""
    table = precision_recall_fscore_support(truth, chosen, labels=range(len(names)), zero_division=np.nan)
    return [
        ClassFigures(name=name, precision=_known(p), recall=_known(r), f1=_known(f), samples=int(n))
        for name, p, r, f, n in zip(names, *table, strict=True)
    ]


def top(probabilities: Floats, truth: Ints, count: int) -> float:
    """The share of samples whose class is among the likeliest."""
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
    return float((best == truth[:, None]).any(axis=1).mean())


def loss(probabilities: Floats, truth: Ints) -> float:
    """The mean negative logarithm of the probability given to the right class."""
    right = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def reliability(probabilities: Floats, truth: Ints) -> list[Bin]:
    """Confidence against accuracy in bins of equal width; bins without answers are left out."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        Bin(
            low=place / BINS, high=(place + 1) / BINS, samples=int(inside.sum()),
            confidence=float(confidence[inside].mean()), accuracy=float(right[inside].mean()),
        )
        for place in range(BINS)
        if (inside := places == place).any()
    ]  # fmt: skip


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean gap between confidence and accuracy, weighted by samples; Naeini et al. (2015), Guo et al. (2017)."""
    total = sum(each.samples for each in bins)
    return sum(each.samples * abs(each.confidence - each.accuracy) for each in bins) / total


def by_column(values: Floats, truth: Floats, names: Sequence[str]) -> list[ColumnFigures]:
    """Root of the mean square error, mean absolute error and share of explained variance, number by number."""
    return [_column(values[:, place], truth[:, place], name) for place, name in enumerate(names)]


def _column(values: Floats, truth: Floats, name: str) -> ColumnFigures:
    error = values - truth
    spread = float(np.square(truth - truth.mean()).sum())
    return ColumnFigures(
        name=name,
        rmse=float(np.sqrt(np.square(error).mean())),
        mae=float(np.abs(error).mean()),
        r2=1 - float(np.square(error).sum()) / spread if spread > 0 else None,
        mean=float(truth.mean()),
        deviation=float(truth.std()),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
