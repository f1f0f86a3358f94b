"""From a data set to batches: which network, which size, which part, which numbers."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.data.agreement import Agreement, agree, described
from svertka.data.batches import Shelf
from svertka.data.datasets import DataSet, subset
from svertka.data.formats import sound
from svertka.data.lessons import Answers, Continuation, Lessons, Places
from svertka.data.moments import Moments
from svertka.data.preprocess import Preprocess, scale_of
from svertka.data.rasters import Header, Pixels
from svertka.data.samples import Indices, Samples
from svertka.data.sequences import lags_of
from svertka.data.splits import Parts, counted, split
from svertka.data.stores import Decoded, Kept, OnDemand, Progress, Store, blocks, decode
from svertka.data.truths import Truth
from svertka.errors import DataError, RunError, SettingError
from svertka.geometry import sides, times
from svertka.measure import check_sizes, comfortable_size, count
from svertka.nn import space_of
from svertka.runs import Facts, Row, Run, places
from svertka.settings import TrainSettings
from svertka.tasks import TASKS, Stress, Task
from svertka.training.defaults import filled, is_unsteady, network_for, resize_for, size_for, stem_for
from svertka.training.spheres import SPHERICAL, check_on_sphere, check_spheres, sizes_on_sphere, turning
from svertka.zoo import Variant, find, variants

log = logging.getLogger(__name__)

DENSE = ("segment", "forecast", "next")
WHAT = {
    "classify": "{}", "regress": "{}", "segment": "masks of {}", "forecast": "frames of {}", "next": "sounds of {}",
}  # fmt: skip
# What makes a wave lie within ±1, by the type of its samples.
LOUDNESS: dict[str, dict[str, Any]] = {
    "int16": {"scale": 2.0**15},
    "int32": {"scale": 2.0**31},
    "uint8": {"mean": (0.5,), "deviation": (0.5,)},
}
LARGE = 4  # times the published number of pixels, from which on a word about the cost is due


@dataclass(frozen=True)
class Prepared:
    """Everything a training needs but the weights, and these too in `start` where they are not to be fresh ones."""

    data: DataSet
    rows: list[Row]
    shelf: Shelf
    facts: Facts
    settings: TrainSettings
    start: Mapping[str, Tensor] | None = None

    @property
    def task(self) -> Task:
        """What is learned."""
        return TASKS[self.facts.task]

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or the names of the numbers."""
        return self.data.names

    def part(self, part: str) -> Indices:
        """The places of the samples of one part."""
        return np.flatnonzero(np.array([row.part == part for row in self.rows]))

    def stress(self) -> Stress:
        """What the loss stresses, by the settings and the classes of the training part."""
        if self.settings.class_weights == "none" or self.facts.task not in ("classify", "segment"):
            return Stress(self.settings.smoothing)
        counts = self._class_counts() if self.facts.task == "classify" else self._place_counts()
        rarity = 1 / counts
        weights = torch.from_numpy(rarity / rarity.mean()).float()
        return Stress(self.settings.smoothing, weights.to(self.shelf.device))

    def chances(self) -> NDArray[np.float64] | None:
        """How likely each training sample is drawn, where all classes should be equally likely."""
        if self.settings.sampling == "natural" or self.facts.task != "classify":
            return None
        return np.asarray(1 / self._class_counts()[self.data.targets[self.part("train")]])

    def _class_counts(self) -> NDArray[np.int64]:
        counts = np.bincount(self.data.targets[self.part("train")], minlength=len(self.data.classes))
        return np.asarray(counts.clip(1))

    def _place_counts(self) -> NDArray[np.int64]:
        """How many places of the training part are of each class."""
        counts = np.zeros(self.facts.outputs + 1, np.int64)
        for index in self.part("train"):
            places = self.shelf.lessons.take(np.array([index])).flatten().clamp(max=self.facts.outputs)
            counts += np.bincount(places.numpy(), minlength=self.facts.outputs + 1)
        return np.asarray(counts[:-1].clip(1))


def prepare(name: str, data: DataSet, settings: TrainSettings, device: torch.device, progress: Progress) -> Prepared:
    """Look at every image, and settle everything that depends on them; `name` is a network's, or auto.

    Raises:
        DataError: an image is broken or of another kind than the rest.
        ShapeError: images of the size asked for are too small for the network.
        UnknownName: no network is called so.
    """
    data, kind = look(data, settings)
    variant = choose(name, kind, data.task, settings.project)
    check_choices(data.task, settings, variant)
    shape = shape_of(variant, data, kind, settings)
    preprocess = plan(variant, kind, settings, shape, data.task)
    parts = split(data, val=settings.val, test=settings.test, seed=settings.seed)
    source = OnDemand(data.samples, preprocess, turned_by=turning(settings))
    found = decode(
        source, training=parts == "train", cache=settings.cache, skip_bad=settings.skip_bad, progress=progress
    )
    data, parts, digests, store = without_faults(data, parts, found)
    log.info("split: %s", counted(parts))
    rows = [Row(data.samples.key(i), str(parts[i]), digests[i]) for i in range(len(data))]
    preprocess = measured(preprocess, found.moments, data.task)
    mean, deviation = moments_of(subset(data, np.flatnonzero(parts == "train")), preprocess)
    facts = Facts(
        variant=variant.name,
        task=data.task,
        outputs=shape.outputs,
        names=len(data.names),
        channels=shape.channels,
        space=space_of(preprocess.rank).name,
        sizes=preprocess.sizes,
        target_mean=mean,
        target_deviation=deviation,
        changes=shape.changes,
        lags=settings.lags if data.task == "forecast" else "",
        rate=sound.rate(Path(data.samples.place(0))),
        svertka=version("svertka"),
        torch=torch.__version__,
    )
    shelf = shelve(data, store, preprocess, facts, device, settings.cache)
    images = int((parts == "train").sum())
    settings = filled(
        settings, kind, sizes=preprocess.sizes, images=images, task=data.task, spherical=variant.spherical,
        on_sphere=variant.on_sphere(settings.project), unsteady=_is_unsteady(variant),
    )  # fmt: skip
    return Prepared(data, rows, shelf, facts, settings)


def prepare_again(run: Run, data: DataSet, device: torch.device, progress: Progress) -> Prepared:
    """The same as when the run began, from what its folder says.

    Raises:
        RunError: the data is not what it was.
    """
    rows, facts, preprocess, settings = run.split, run.facts, run.preprocess, run.asked.settings
    where = places(rows, map(data.samples.key, range(len(data))))
    gone = [row.key for row, place in zip(rows, where, strict=True) if place is None]
    if gone:
        raise RunError(f"{data.source} has changed since this run began: {gone[0]} is gone")
    data = subset(data, np.array(where))
    found = decode(
        OnDemand(data.samples, preprocess, turned_by=turning(settings)), training=np.zeros(len(data), bool),
        cache=settings.cache, skip_bad=False, progress=progress,
    )  # fmt: skip
    changed = [row.key for row, digest in zip(rows, found.digests, strict=True) if row.digest != digest]
    if changed or data.names != run.names:
        what = changed[0] if changed else "its classes"
        raise RunError(f"{data.source} has changed since this run began: {what} is not what it was")
    shelf = shelve(data, found.store, preprocess, facts, device, settings.cache)
    return Prepared(data, rows, shelf, facts, settings, run.start())


def look(data: DataSet, settings: TrainSettings) -> tuple[DataSet, Agreement]:
    """See what kind of images there are; those that cannot be opened are left out where the settings allow it."""
    headers, faults = peeked(data.samples, skip_bad=settings.skip_bad)
    data = subset(data, np.array(sorted(headers), dtype=np.intp)) if faults else data
    if len(data) == 0:
        raise DataError(f"{data.source} has no image that can be read; the first: {next(iter(faults.values()))}")
    kind = agree(list(headers.values()), data.samples.place, settings.colour)
    channels = f"{kind.channels} channel{'s' if kind.channels > 1 else ''} of {kind.dtype}"
    what = f"{len(data.classes)} classes" if data.classes else f"numbers ({', '.join(data.columns)})"
    what = WHAT[data.task].format(what)
    images = f"{len(data):,} images of {described(kind.sizes)}"
    log.info("data: %s (%s): %s, %s, %s", data.name, data.layout, images, channels, what)
    _tell_faults(faults)
    return data, kind


def peeked(samples: Samples, *, skip_bad: bool) -> tuple[dict[int, Header], dict[int, str]]:
    """The headers of all images that can be opened, and what is wrong with the others, by their places."""
    headers: dict[int, Header] = {}
    faults: dict[int, str] = {}
    for index in range(len(samples)):
        try:
            headers[index] = samples.peek(index)
        except DataError as error:
            if not skip_bad:
                raise
            faults[index] = str(error)
    return headers, faults


def choose(name: str, kind: Agreement, task: str, project: str = "none") -> Variant:
    """The network of this name, or the one for such images.

    Raises:
        UnknownName: there is none.
        SettingError: it is for another task.
    """
    if name != "auto":
        variant = find(name)
        if (variant.task if variant.task in DENSE else "classify") != (task if task in DENSE else "classify"):
            fitting = ", ".join(other.name for other in variants() if other.task == task) or "auto"
            raise SettingError(
                f"{name} is for the task {variant.task}, and this is {task}; for that there are {fitting}"
            )
        return variant
    variant = find(network_for(kind, task) if project == "none" else SPHERICAL)
    more = "; resnet20 is more accurate on small images, and slower" if variant.name == "lenet5" else ""
    log.info("network: %s, chosen for such images%s", variant.name, more)
    return variant


@dataclass(frozen=True)
class Shape:
    """How a network must be made for the data: its outputs, its input's channels, and settings of its own."""

    outputs: int
    channels: int
    changes: dict[str, Any]


def shape_of(variant: Variant, data: DataSet, kind: Agreement, settings: TrainSettings) -> Shape:
    """Outputs, channels and settings of the network, as they follow from the data."""
    changes: dict[str, Any] = {}
    if variant.knows("small") and stem_for(settings, kind, variant.size):
        log.info("stem: images are small, so %s does not shrink them at its beginning; --stem chooses", variant.name)
        changes["small"] = True
    if variant.knows("lags"):
        changes["lags"] = [len(group) for group in lags_of(settings.lags)]
    if data.task == "next":
        return Shape(variant.classes, kind.channels + len(data.classes), changes)
    return Shape(len(data.names), kind.channels, changes)


def check_choices(task: str, settings: TrainSettings, variant: Variant) -> None:
    """See that the settings make sense for the task and for the network.

    Raises:
        SettingError: one does not.
    """
    check_on_sphere(variant, settings, at_places=task in DENSE)
    if task in ("segment", "next") and (settings.mixup or settings.cutmix):
        raise SettingError("mixup and cutmix blend whole images and their answers; leave them out for this task")


def plan(variant: Variant, kind: Agreement, settings: TrainSettings, shape: Shape, task: str) -> Preprocess:
    """What is to be done to every image, but for the mean and deviation that are not known yet.

    Raises:
        ShapeError: images of the size asked for are too small for the network.
    """
    if variant.spherical and settings.project == "none":
        check_spheres(kind, variant)
    resize = settings.resize or resize_for(kind.rank, task)
    planar = settings.project == "none"
    sizes = _sizes(variant, kind, settings, resize, shape) if planar else sizes_on_sphere(variant, settings.size)
    with torch.device("meta"):
        network = variant.build(
            classes=shape.outputs, channels=shape.channels, space=space_of(len(sizes)), **variant.bound_to(sizes),
            **shape.changes,
        )  # fmt: skip
    check_sizes(network, shape.channels, sizes)
    price = count(network, shape.channels, sizes)
    log.info("cost: %s has %s parameters, and takes %s multiply-adds for an image of %s",
             variant.name, f"{price.parameters:,}", f"{price.macs:,}", times(sizes))  # fmt: skip
    if len(sizes) == 2 and prod(sizes) > LARGE * variant.size**2:
        log.info("cost: these are large images for %s; --size %d would cost less", variant.name, variant.size)
    return Preprocess(
        colour=kind.colour, channels=kind.channels, model=kind.model, dtype=kind.dtype, fill=settings.fill,
        pages=settings.pages, sizes=sizes, resize=resize, scale=scale_of(kind.dtype),
        mean=(0.0,) * kind.channels, deviation=(1.0,) * kind.channels, project=settings.project,
    )  # fmt: skip


def measured(preprocess: Preprocess, moments: Moments, task: str) -> Preprocess:
    """The same with the mean and deviation of the training part.

    Waves stay as they are, within ±1; of planar images on the sphere, whose other half is empty, only the root mean
    square is brought to 1.
    """
    if task == "next":
        return preprocess.model_copy(update=LOUDNESS.get(preprocess.dtype, {}))
    level, spread = moments.mean / preprocess.scale, moments.deviation / preprocess.scale
    if preprocess.project == "sphere":  # the empty half of a sphere stays 0
        level, spread = np.zeros_like(level), np.hypot(level, spread)
    mean, deviation = tuple(level.tolist()), tuple(spread.tolist())
    return preprocess.model_copy(update={"mean": mean, "deviation": deviation})


def without_faults(data: DataSet, parts: Parts, found: Decoded) -> tuple[DataSet, Parts, list[str], Store]:
    """Samples, parts, digests and pixels of the images that could be read."""
    if not found.faults:
        return data, parts, found.digests, found.store
    _tell_faults(found.faults)
    good = np.array([index for index in range(len(data)) if index not in found.faults])
    return subset(data, good), parts[good], [found.digests[index] for index in good], found.store.chosen(good)


def shelve(
    data: DataSet, store: Store, preprocess: Preprocess, facts: Facts, device: torch.device, cache: float
) -> Shelf:
    """Pixels and lessons as the network takes them: classes as places, numbers in deviations from their mean."""
    return Shelf(store, lessons_of(data, preprocess, facts, cache), preprocess, device)


def lessons_of(data: DataSet, preprocess: Preprocess, facts: Facts, cache: float) -> Lessons:
    """What is to be learned; what stands at the places of images is kept in memory up to `cache` GiB."""
    if facts.task == "next":
        return Continuation(torch.from_numpy(data.targets), len(data.classes), facts.outputs)
    if data.truth is not None:
        kept = _kept(data.truth, len(data), preprocess, cache)
        if facts.task == "segment":
            return Places(data.truth, preprocess, kept=kept)
        return Places(data.truth, preprocess, np.array(facts.target_mean), np.array(facts.target_deviation), kept)
    if data.classes:
        return Answers(torch.from_numpy(data.targets), len(data.classes))
    targets = torch.from_numpy((data.targets - facts.target_mean) / np.array(facts.target_deviation)).float()
    return Answers(targets, 0)


def moments_of(data: DataSet, preprocess: Preprocess) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation of the numbers to be learned, column by column or channel by channel; nothing for classes."""
    if data.task == "forecast" and data.truth is not None:
        moments = Moments(len(data.columns))
        for indices in blocks(len(data), preprocess):
            moments.add(data.truth.take(indices, preprocess))
        return tuple(moments.mean.tolist()), tuple(moments.deviation.tolist())
    if data.task != "regress":
        return (), ()
    return tuple(data.targets.mean(axis=0).tolist()), tuple(_deviation(data.targets))


def _kept(truth: Truth, count: int, preprocess: Preprocess, cache: float) -> Pixels | None:
    """All of it in memory, where it fits."""
    kept = Kept(count, cache)
    for indices in blocks(count, preprocess):
        kept.add(indices, truth.take(indices, preprocess))
        if kept.pixels is None:
            return None
    return kept.pixels


def _sizes(variant: Variant, kind: Agreement, settings: TrainSettings, resize: str, shape: Shape) -> tuple[int, ...]:
    if settings.size:
        return sides(settings.size, kind.rank)
    comfortable = 1 if variant.bound_to((1,)) else _comfortable(variant, kind, shape)
    sizes = size_for(kind, resize=resize, comfortable=comfortable, published=variant.size)
    if len(kind.sizes) > 1:
        log.info("size: images are brought to %s (%s); --size chooses", times(sizes), resize)
    elif sizes != next(iter(kind.sizes)):
        log.info("size: images are enlarged to %s, the least that %s is comfortable with", times(sizes), variant.name)
    return sizes


def _comfortable(variant: Variant, kind: Agreement, shape: Shape) -> int:
    with torch.device("meta"):
        network = variant.build(
            classes=shape.outputs, channels=shape.channels, space=space_of(kind.rank), **shape.changes
        )
    return comfortable_size(network, shape.channels, kind.rank)


def _is_unsteady(variant: Variant) -> bool:
    with torch.device("meta"):
        return is_unsteady(variant.build())


def _deviation(values: NDArray[np.float64]) -> list[float]:
    deviation = values.std(axis=0)
    return list(np.where(deviation > 0, deviation, 1.0).tolist())


def _tell_faults(faults: dict[int, str]) -> None:
    if faults:
        log.warning(
            "%d images cannot be read and are left out; the first: %s", len(faults), next(iter(faults.values()))
        )
