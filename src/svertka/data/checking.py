"""A look at a whole data set before anything is trained on it."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from math import inf
from os import cpu_count

import numpy as np

from svertka.data.agreement import agree, described
from svertka.data.batches import ahead
from svertka.data.datasets import DataSet
from svertka.data.rasters import Header
from svertka.data.stores import Progress
from svertka.data.truths import Masks
from svertka.errors import DataError

IMBALANCE = 10  # times as many samples in the largest class as in the smallest, from which on it is said


@dataclass(frozen=True)
class Look:
    """What one image shows: its header, a digest of its pixels, their range, or what is wrong with it.

    `low` is above `high` where there are no finite pixels.
    """

    header: Header | None
    digest: str
    low: float
    high: float
    gaps: int
    fault: str


@dataclass(frozen=True)
class Check:
    """What a data set holds. `problems` keep it from being trained on; `remarks` are worth knowing."""

    name: str
    layout: str
    task: str
    samples: int
    sizes: str
    channels: list[int]
    colours: list[str]
    dtypes: list[str]
    range: tuple[float, float] | None
    classes: dict[str, int]
    numbers: dict[str, tuple[float, float]]
    parts: dict[str, int]
    problems: list[str]
    remarks: list[str]


def check(data: DataSet, progress: Progress) -> Check:
    """Read every image and see what there is, and what is wrong."""
    jobs = (partial(_look, data, index) for index in range(len(data)))
    looks: list[Look] = []
    for found in ahead(jobs, workers=cpu_count() or 1, depth=64):
        looks.append(found)
        progress(len(looks), len(data))
    headers = [look.header for look in looks if look.header]
    faults = [look.fault for look in looks if look.fault]
    seen = [look for look in looks if look.low <= look.high]
    return Check(
        name=data.name,
        layout=data.layout,
        task=data.task,
        samples=len(data),
        sizes=_sizes(headers),
        channels=sorted({header.channels for header in headers}),
        colours=sorted({header.colour for header in headers}),
        dtypes=sorted({header.dtype for header in headers}),
        range=(min(look.low for look in seen), max(look.high for look in seen)) if seen else None,
        classes=_classes(data),
        numbers=_numbers(data) if data.task == "regress" else {},
        parts={part: int((data.parts == part).sum()) for part in ("train", "val", "test") if data.given(part)},
        problems=[*faults, *_disagreement(data, looks)],
        remarks=[*_gaps(data, looks), *_twins(data, looks), *_imbalance(data)],
    )


def _look(data: DataSet, index: int) -> Look:
    try:
        raster = data.samples.read(index)
    except DataError as error:
        return Look(None, "", inf, -inf, 0, str(error))
    pixels = raster.pixels
    finite = pixels[np.isfinite(pixels)] if pixels.dtype.kind == "f" else pixels
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (inf, -inf)
    digest = blake2b(np.ascontiguousarray(pixels).tobytes(), digest_size=16).hexdigest()
    return Look(raster.header, digest, low, high, pixels.size - finite.size, "")


def _sizes(headers: list[Header]) -> str:
    ranks = {len(header.sizes) for header in headers}
    return " and ".join(
        described(Counter(header.sizes for header in headers if len(header.sizes) == rank)) for rank in sorted(ranks)
    )


def _classes(data: DataSet) -> dict[str, int]:
    """How many images are of each class, or show it somewhere."""
    if not isinstance(data.truth, Masks):
        return {name: int((data.targets == place).sum()) for place, name in enumerate(data.classes)}
    counts = np.zeros(len(data.classes), np.int64)
    for index in range(len(data)):
        counts[np.unique(data.truth.one(index))] += 1
    return dict(zip(data.classes, counts.tolist(), strict=True))


def _numbers(data: DataSet) -> dict[str, tuple[float, float]]:
    """The least and the greatest of each column."""
    low, high = data.targets.min(axis=0), data.targets.max(axis=0)
    return {name: (float(low[place]), float(high[place])) for place, name in enumerate(data.columns)}


def _disagreement(data: DataSet, looks: list[Look]) -> list[str]:
    """Why the images that can be read cannot be brought to one kind."""
    readable = [index for index, look in enumerate(looks) if look.header]
    if not readable:
        return []
    try:
        headers = [header for look in looks if (header := look.header)]
        agree(headers, lambda place: data.samples.place(readable[place]), "auto")
    except DataError as error:
        return [str(error)]
    return []


def _gaps(data: DataSet, looks: list[Look]) -> list[str]:
    holed = [index for index, look in enumerate(looks) if look.gaps]
    if not holed:
        return []
    first = data.samples.place(holed[0])
    return [f"images that hold NaN or infinity: {len(holed)}, as {first}; training wants --fill VALUE or --skip-bad"]


def _twins(data: DataSet, looks: list[Look]) -> list[str]:
    """Images that are equal pixel by pixel, above all where that spoils a test or contradicts itself."""
    groups: dict[str, list[int]] = {}
    for index, look in enumerate(looks):
        if look.digest:
            groups.setdefault(look.digest, []).append(index)
    twins = [group for group in groups.values() if len(group) > 1]
    if not twins:
        return []
    example = " and ".join(data.samples.place(index) for index in twins[0][:2])
    remarks = [f"copies of other images: {sum(map(len, twins)) - len(twins)}, as {example}"]
    across = sum(len(set(data.parts[group])) > 1 for group in twins)
    told = data.targets.shape != (len(data), 0)
    torn = sum(len(np.unique(data.targets[group], axis=0)) > 1 for group in twins) if told else 0
    if across:
        remarks.append(f"images that occur in more than one of train, val and test, which flatters the test: {across}")
    if torn:
        remarks.append(f"images that occur with different targets: {torn}")
    return remarks


def _imbalance(data: DataSet) -> list[str]:
    counts = np.bincount(data.targets) if data.task == "classify" else np.array([1])
    if counts.max() < IMBALANCE * counts.min():
        return []
    least, most = data.classes[int(counts.argmin())], data.classes[int(counts.argmax())]
    return [f"class {most} has {counts.max()} images and {least} {counts.min()}; see --class-weights and --sampling"]
