"""What is to be learned at every place, where an image has no single answer: masks, and what comes next."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.data.samples import Chosen, Indices, Samples
from svertka.data.sequences import Sequences
from svertka.errors import DataError
from svertka.geometry import times

NOWHERE = 255  # the class of places that count for nothing
MANY = 32  # different values in masks, from which on they number objects and not classes
OBJECTS = ("background", "object")


class Truth(Protocol):
    """What is known at the places of every image."""

    @property
    def task(self) -> str:
        """What can be learned from it."""

    def chosen(self, indices: Indices) -> "Truth":
        """That of some of the images."""

    def take(self, indices: Indices, preprocess: Preprocess) -> Pixels:
        """What stands beside the ready pixels of these images."""


@dataclass(frozen=True)
class Masks:
    """A mask for each image: `classes[value]` is the class of places that hold this value.

    Without a table everything above 0 is an object, whichever.
    """

    samples: Samples
    classes: dict[int, int] | None

    @property
    def task(self) -> str:
        return "segment"

    def chosen(self, indices: Indices) -> "Masks":
        return replace(self, samples=Chosen(self.samples, indices))

    def take(self, indices: Indices, preprocess: Preprocess) -> Pixels:
        return np.stack([preprocess.placed(self.one(int(index)), NOWHERE) for index in indices])

    def one(self, index: int) -> NDArray[np.uint8]:
        """The classes of the places of one image, at its own size.

        Raises:
            DataError: the mask cannot be read, or holds a value that no class has.
        """
        mask = values(self.samples, index)
        if self.classes is None:
            return (mask > 0).astype(np.uint8)
        found = np.unique(mask)
        unknown = [int(value) for value in found if int(value) not in self.classes]
        if unknown:
            raise DataError(f"{self.samples.place(index)} holds {unknown[0]}, which is none of the network's classes")
        table = np.array([self.classes[int(value)] for value in found], np.uint8)
        return np.asarray(table[np.searchsorted(found, mask)])


@dataclass(frozen=True)
class Following:
    """The frame that follows those of each image."""

    sequences: Sequences
    indices: Indices

    @property
    def task(self) -> str:
        return "forecast"

    def chosen(self, indices: Indices) -> "Following":
        return replace(self, indices=self.indices[indices])

    def take(self, indices: Indices, preprocess: Preprocess) -> Pixels:
        frames = np.stack([self.sequences.following(int(index)) for index in self.indices[indices]])
        return preprocess.sized(frames).astype(np.float32, copy=False)


@dataclass(frozen=True)
class Itself:
    """The signal's own next sample."""

    @property
    def task(self) -> str:
        return "next"

    def chosen(self, indices: Indices) -> "Itself":
        return self

    def take(self, indices: Indices, preprocess: Preprocess) -> Pixels:
        return np.empty((len(indices), 0))


def masks(samples: Samples, kind: str) -> tuple[Masks, tuple[str, ...]]:
    """Masks with the classes they show, and the names of these; `kind` is the setting `masks`.

    Raises:
        DataError: a mask cannot be read, or is none.
    """
    if kind == "objects":
        return Masks(samples, None), OBJECTS
    found: set[int] = set()
    for index in range(len(samples)):
        found.update(np.unique(values(samples, index)).tolist())
        if kind == "auto" and len(found) > MANY:
            return Masks(samples, None), OBJECTS
    if len(found) < 2:
        raise DataError(f"masks as {samples.place(0)} hold nothing but {found}: wanted two classes or more")
    if len(found) >= NOWHERE:
        raise DataError(f"masks hold {len(found)} different values; if these number objects, say --masks objects")
    ordered = sorted(found)
    return Masks(samples, {value: place for place, value in enumerate(ordered)}), tuple(map(str, ordered))


def values(samples: Samples, index: int) -> Pixels:
    """The whole numbers in a mask, `(*sizes)`.

    Raises:
        DataError: it has several channels that differ, or holds fractions.
    """
    pixels = samples.read(index).pixels
    if pixels.shape[0] > 1 and not (pixels == pixels[:1]).all():
        raise DataError(f"{samples.place(index)} is no mask: it has {pixels.shape[0]} channels; wanted one")
    mask = pixels[0]
    if mask.dtype.kind == "f" and not (mask == np.rint(mask)).all():
        raise DataError(f"{samples.place(index)} is no mask: it holds fractions; wanted whole numbers")
    return np.asarray(mask.astype(np.int64) if mask.dtype.kind == "f" else mask)


def check_sizes(images: Samples, outlines: Samples) -> None:
    """See that every mask is as large as its image.

    Raises:
        DataError: one is not.
    """
    for index in range(len(images)):
        image, mask = images.peek(index).sizes, outlines.peek(index).sizes
        if image != mask:
            raise DataError(f"{outlines.place(index)} is {times(mask)}, but its image is {times(image)}")


def renamed(truth: Truth | None, order: dict[Any, int]) -> Truth | None:
    """The same masks with classes in another order."""
    if not isinstance(truth, Masks) or truth.classes is None:
        return truth
    return replace(truth, classes={value: order[place] for value, place in truth.classes.items()})
