"""Which of several named arrays hold images and which hold targets, and for which part."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.data.axes import GUESSES, guessed
from svertka.data.datasets import DataSet, Origin
from svertka.data.samples import Arrays
from svertka.data.sets.targets import outlined, with_targets
from svertka.errors import DataError
from svertka.settings import DataSettings

IMAGES = {"x", "image", "images", "img", "imgs", "data", "input", "inputs", "volumes", "signals"}
MASKS = {"mask", "masks", "segmentation", "segmentations", "instances", "outlines", "annotations"}
TARGETS = {"y", "label", "labels", "target", "targets", "class", "classes"}
PARTS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}

Role = tuple[str, str]


def role(key: str) -> Role | None:
    """`(part, "images", "targets" or "masks")` as the words of a name say, or nothing.

    >>> role("train_images"), role("x_test"), role("y"), role("val/labels"), role("mean")
    (('train', 'images'), ('test', 'images'), ('', 'targets'), ('val', 'targets'), None)
    """
    words = re.findall(r"[a-z]+", key.lower())
    parts = [PARTS[word] for word in words if word in PARTS]
    rest = [word for word in words if word not in PARTS]
    part = parts[0] if parts else ""
    if len(rest) == 1 and rest[0] in IMAGES:
        return part, "images"
    if len(rest) == 1 and rest[0] in MASKS:
        return part, "masks"
    if len(rest) == 1 and rest[0] in TARGETS:
        return part, "targets"
    return None


def complete(keys: Mapping[str, Any]) -> bool:
    """Whether there are images among these, and targets or masks."""
    kinds = {found[1] for key in keys if (found := role(key))}
    return "images" in kinds and len(kinds) > 1


def read(arrays: Mapping[str, Any], settings: DataSettings, *, name: str, source: str, layout: str) -> DataSet:
    """A data set from arrays by the names they bear, as MedMNIST's, Keras's and scikit-learn's do.

    Raises:
        DataError: images or their targets are missing, or do not fit together.
    """
    roles: dict[Role, Any] = {}
    names: dict[Role, str] = {}
    for key, array in arrays.items():
        found = role(key)
        if found in roles:
            raise DataError(f"{source} has both {names[found]} and {key} for {' '.join(found).strip()}")
        if found:
            roles[found], names[found] = array, key
    parts = [part for part in ("", "train", "val", "test") if (part, "images") in roles]
    learned = _learned(roles, settings)
    missing = [part for part in parts if (part, learned) not in roles]
    if not parts or missing:
        raise DataError(
            f"{source} holds {', '.join(arrays) or 'nothing'}; wanted images and labels (or x and y), or images "
            "and masks, for parts as train_images and train_labels"
        )
    for part in parts:
        for kind, axes in (("images", 2), (learned, 1)):
            shape = roles[part, kind].shape or ()
            if len(shape) < axes or 0 in shape:
                raise DataError(f"{source}: {names[part, kind]} is of shape {shape}, so it holds no {kind}")
    images = {names[part, "images"]: roles[part, "images"] for part in parts}
    for part in parts:
        have, wanted = len(roles[part, learned]), len(roles[part, "images"])
        if have != wanted:
            raise DataError(f"{source}: {names[part, 'images']} has {wanted} images, its {learned} are {have}")
    marks = [part for part in parts for _ in range(len(roles[part, "images"]))]
    first = next(iter(images.values()))
    try:
        samples = Arrays(images, settings.axes or "N" + guessed(first.shape[1:]))
    except DataError as error:
        raise DataError(f"{source}: {error}") from None
    origin = Origin(name, source, layout, samples, marks)
    if learned == "masks":
        outlines = {names[part, learned]: roles[part, learned] for part in parts}
        return outlined(origin, Arrays(outlines, "N" + GUESSES[len(samples.peek(0).sizes)]), settings)
    targets = [_rows(np.asarray(roles[part, learned])) for part in parts]
    return with_targets(origin, np.concatenate(targets), settings)


def _learned(roles: Mapping[Role, Any], settings: DataSettings) -> str:
    """What beside the images is to be learned; masks only where there is nothing else, unless they are asked for."""
    kinds = {kind for _, kind in roles}
    return "masks" if "masks" in kinds and (settings.task == "segment" or "targets" not in kinds) else "targets"


def _rows(values: NDArray[Any]) -> NDArray[Any]:
    return values.reshape(len(values), -1)
