"""A run's own images, as its network takes them: to measure on, to compare on, and to learn ranges from."""

import logging
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from svertka.data.datasets import DataSet, subset
from svertka.data.samples import Indices
from svertka.data.sets import open_data
from svertka.data.stores import OnDemand
from svertka.errors import DataError, RunError, UnknownName
from svertka.evaluation.selecting import fitted, select
from svertka.inference import Predictor
from svertka.runs import Run
from svertka.training.preparing import shelve

log = logging.getLogger(__name__)

PARTS = ("val", "train", "all")


@dataclass(frozen=True)
class Sampled:
    """Ready pixels, the same normalised, `(samples, channels, *sizes)`, with targets where they are known.

    `source` says in words what they are; `why` is empty, or why they are not the run's own.
    """

    pixels: Tensor
    images: Tensor
    targets: Tensor | None
    source: str
    why: str = ""

    def __len__(self) -> int:
        return len(self.images)


def sampled(run: Run, predictor: Predictor, count: int, *, part: str = "val", seed: int = 0) -> Sampled:
    """Up to so many samples of a part of the run's data; random ones where the data is not here."""
    try:
        data = fitted(open_data(run.data, run.asked.settings), predictor)
        found, part = _part(data, run, predictor, part)
    except (DataError, RunError, UnknownName) as error:
        log.warning("random images are taken, for the run's own are not to be had: %s", error)
        return random(predictor, count, seed, str(error))
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(found)[:count])
    return _read(subset(data, chosen), run, predictor, f"{data.name}, {part} part")


def random(predictor: Predictor, count: int, seed: int = 0, why: str = "") -> Sampled:
    """Images of noise, in the range of the pixels that the network was trained on."""
    known, rng = predictor.preprocess, np.random.default_rng(seed)
    shape = (count, *known.blank().shape)
    if known.dtype == "uint8":
        pixels = rng.integers(0, 256, shape).astype(np.uint8)
    else:
        mean, deviation = (np.reshape(value, (-1, *[1] * known.rank)) for value in (known.mean, known.deviation))
        pixels = ((rng.normal(size=shape) * deviation + mean) * known.scale).astype(np.float32)
    found = torch.from_numpy(pixels)
    return Sampled(found, known.normal(found), None, "random images", why)


def _part(data: DataSet, run: Run, predictor: Predictor, wanted: str) -> tuple[Indices, str]:
    """The places of a part, or of the next one that there is."""
    source = OnDemand(data.samples, predictor.preprocess)
    for part in PARTS[PARTS.index(wanted) : -1]:
        try:
            return select(data, run, source, part).indices, part
        except DataError:
            continue
    return np.arange(len(data)), PARTS[-1]


def _read(data: DataSet, run: Run, predictor: Predictor, source: str) -> Sampled:
    known, places = predictor.preprocess, np.arange(len(data))
    asked = run.asked.settings
    store = OnDemand(data.samples, known, turned_by=asked.seed if asked.turned else None)
    shelf = shelve(data, store, known, predictor.facts, torch.device("cpu"), asked.cache)
    batch = shelf.batch(places)
    return Sampled(torch.from_numpy(store.take(places)), batch.images.contiguous(), batch.targets, source)
