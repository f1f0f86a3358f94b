"""A data set: images, what is known of each, and which part of the work it is for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.data.samples import Chosen, Samples
from svertka.data.truths import Truth, renamed
from svertka.errors import DataError

PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class DataSet:
    """Images with classes or numbers, or with something to be learned at every place.

    For classes, `targets` are indices into `classes`, `(samples,)`; for numbers they are `(samples, columns)`,
    named by `columns`. Where there is a `truth`, that is what is learned; `classes` are then those of places, or what
    sounds are conditioned on, and `columns` the channels of frames. `parts` holds `train`, `val` or `test` where the
    source says so, else an empty text.
    """

    name: str
    source: str
    layout: str
    samples: Samples
    targets: NDArray[Any]
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    parts: NDArray[np.str_]
    truth: Truth | None = None

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def task(self) -> str:
        """What can be learned from it."""
        if self.truth is not None:
            return self.truth.task
        return "classify" if self.classes else "regress"

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or the names of the numbers."""
        return self.classes or self.columns

    def labelled(self, targets: NDArray[Any], names: tuple[str, ...]) -> "DataSet":
        """The same samples with other targets, which are classes or numbers as before."""
        if self.classes:
            return replace(self, targets=targets, classes=names)
        return replace(self, targets=targets, columns=names)

    def ordered(self, names: tuple[str, ...]) -> "DataSet":
        """The same masks with the classes of places in the order of these names, among which they all are."""
        order = {place: names.index(name) for place, name in enumerate(self.classes)}
        return replace(self, classes=names, truth=renamed(self.truth, order))

    def given(self, part: str) -> bool:
        """Whether the source itself has this part."""
        return bool((self.parts == part).any())


@dataclass(frozen=True)
class Origin:
    """Where images come from, before anything is known of their targets."""

    name: str
    source: str
    layout: str
    samples: Samples
    parts: Sequence[str] | None = None

    def marks(self) -> NDArray[np.str_]:
        """The part of each sample; an empty text where the source has no parts."""
        return np.array(self.parts or [""] * len(self.samples), dtype="<U5")


def classified(origin: Origin, labels: Sequence[Any]) -> DataSet:
    """A data set of classes, in natural order of their names: 2 before 10.

    Raises:
        DataError: fewer than two classes.
    """
    texts = [_text(label) for label in labels]
    classes = sorted(set(texts), key=natural)
    if len(classes) < 2:
        raise DataError(
            f"{origin.source} holds one class only ({', '.join(classes)}); classification needs two or more"
        )
    if any("\n" in name or "\r" in name for name in classes):
        raise DataError(f"{origin.source} has a class whose name holds a line break; rename it")
    index = {text: place for place, text in enumerate(classes)}
    targets = np.array([index[text] for text in texts], dtype=np.int64)
    return DataSet(
        origin.name, origin.source, origin.layout, origin.samples, targets, tuple(classes), (), origin.marks()
    )


def measured(origin: Origin, values: NDArray[Any], columns: Sequence[str]) -> DataSet:
    """A data set of numbers, `values` being `(samples, columns)`.

    Raises:
        DataError: a number is missing or infinite.
    """
    samples = origin.samples
    targets = np.asarray(values, dtype=np.float64).reshape(len(samples), -1)
    bad = ~np.isfinite(targets).all(axis=1)
    if bad.any():
        first = samples.place(int(bad.argmax()))
        raise DataError(f"{origin.source}: {bad.sum()} targets are not finite numbers, the first that of {first}")
    return DataSet(origin.name, origin.source, origin.layout, samples, targets, (), tuple(columns), origin.marks())


def placed(origin: Origin, truth: Truth, *, classes: Sequence[str] = (), columns: Sequence[str] = ()) -> DataSet:
    """A data set with something to be learned at every place."""
    targets = np.zeros((len(origin.samples), 0))
    return DataSet(
        origin.name, origin.source, origin.layout, origin.samples, targets, tuple(classes), tuple(columns),
        origin.marks(), truth,
    )  # fmt: skip


def natural(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts numbers inside names by value: 2 before 10, and numbers before letters."""
    pieces = re.split(r"(\d+)", name)
    return [(not piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces if piece]


def subset(data: DataSet, indices: NDArray[np.intp]) -> DataSet:
    """Some of the samples, in this order."""
    return replace(
        data, samples=Chosen(data.samples, indices), targets=data.targets[indices], parts=data.parts[indices],
        truth=data.truth and data.truth.chosen(indices),
    )  # fmt: skip


def _text(label: Any) -> str:
    """A class's name: whole numbers without a point, bytes as text."""
    if isinstance(label, bytes):
        return label.decode()
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)
