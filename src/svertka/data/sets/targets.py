"""Whether what is to be learned are classes or numbers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet, Origin, classified, measured, placed
from svertka.data.samples import Samples
from svertka.data.truths import Itself, check_sizes, masks
from svertka.errors import DataError
from svertka.settings import DataSettings

MANY = 100  # more different whole numbers than this, in most of the samples, are hardly classes


def with_targets(
    origin: Origin, values: NDArray[Any], settings: DataSettings, *, columns: Sequence[str] = ("target",)
) -> DataSet:
    """A data set of classes or of numbers from values `(samples,)` or `(samples, columns)`.

    Texts and whole numbers in one column are classes, a row of zeros with a single one is too, and
    everything else is numbers, unless the setting `task` decides.

    Raises:
        DataError: the counts differ, or the values cannot be what they should be.
    """
    if settings.task == "next":
        return spoken(with_targets(origin, values, settings.but(task="classify"), columns=columns))
    if len(values) != len(origin.samples):
        raise DataError(f"{origin.source} has {len(origin.samples)} images but {len(values)} targets")
    if values.size == 0:
        raise DataError(f"{origin.source} holds no targets")
    rows = values.reshape(len(values), -1)
    values = rows if settings.task == "regress" else _one_column(rows)
    task = _task(values, origin.source) if settings.task == "auto" else settings.task
    if task == "regress":
        return measured(origin, _numbers(rows, origin.source), _named(columns, rows.shape[1]))
    if values.ndim > 1:
        raise DataError(
            f"{origin.source} has {values.shape[1]} targets for each image; for classes, choose one by --target"
        )
    return classified(origin, values.tolist())


def outlined(origin: Origin, outlines: Samples, settings: DataSettings) -> DataSet:
    """A data set of images with a mask for each.

    Raises:
        DataError: a mask is missing, broken, or of another size than its image.
    """
    if len(outlines) != len(origin.samples):
        raise DataError(f"{origin.source} has {len(origin.samples)} images but {len(outlines)} masks")
    check_sizes(origin.samples, outlines)
    truth, classes = masks(outlines, settings.masks)
    return placed(origin, truth, classes=classes)


def spoken(data: DataSet) -> DataSet:
    """The same signals, from which their own next samples are to be learned; classes become conditions."""
    return replace(data, truth=Itself())


def _named(columns: Sequence[str], count: int) -> Sequence[str]:
    """A name for each column: those given, or the one given with numbers."""
    return columns if len(columns) == count else [f"{columns[0]} {place}" for place in range(count)]


def _one_column(values: NDArray[Any]) -> NDArray[Any]:
    """One column as a line; one-hot rows as the places of their ones."""
    if values.shape[1] == 1:
        return values[:, 0]
    one_hot = values.dtype.kind in "buif" and ((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all()
    return values.argmax(axis=1) if one_hot else values


def _numbers(values: NDArray[Any], source: str) -> NDArray[Any]:
    try:
        return values.astype(np.float64)
    except ValueError as error:
        raise DataError(f"{source}: not all targets are numbers, so they cannot be regressed ({error})") from None


def _task(values: NDArray[Any], source: str) -> str:
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.rint(values)).all()):
        return "regress"
    if values.ndim > 1:
        return "regress"
    different = len(np.unique(values))
    if different > max(MANY, len(values) // 2):
        raise DataError(
            f"{source} has {different} different targets for {len(values)} images; "
            "say whether they are numbers or classes, by --task regress or --task classify"
        )
    return "classify"
