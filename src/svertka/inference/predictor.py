"""A trained network with everything it needs to answer."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from os import cpu_count
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from svertka.data.batches import ahead
from svertka.data.formats import Opening
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.engines.kept import Started, started
from svertka.engines.torch import threads
from svertka.errors import DataError
from svertka.inference.inputs import Input, Item, items
from svertka.nn import device_of, laid_out, lay_out
from svertka.runs import Facts, Run
from svertka.runs.weights import digest
from svertka.settings import PredictSettings
from svertka.tasks import TASKS

log = logging.getLogger(__name__)

PLACES = 2**23  # scores at a time, where every place has some


@dataclass(frozen=True)
class Prediction:
    """What a network says of one image.

    For classes, `answers` are the likeliest with their probabilities, the likeliest first; for numbers, their names
    and values; for outlines the share of each class; for a frame the mean of each channel; for sound its length and
    loudness. What stands at the places themselves is `content`: a mask, a frame, or a wave. `uncertainty`, where
    several answers were compared, is what `Tally.uncertainty` tells, or the spread of each number. For outlines those
    are means over places, and `doubts` `(measures, *sizes)` is what they are at each.
    """

    name: str
    task: str
    answers: dict[str, float]
    content: Pixels | None = None
    uncertainty: dict[str, float] | None = None
    doubts: Pixels | None = None

    def document(self) -> dict[str, Any]:
        """The same as plain values."""
        more = {} if self.uncertainty is None else {"uncertainty": self.uncertainty}
        if self.task != "classify":
            return {"path": self.name, **self.answers, **more}
        top = [{"class": name, "score": score} for name, score in self.answers.items()]
        return {"path": self.name, "class": self.label, "score": self.score, "top": top, **more}

    @property
    def label(self) -> str:
        """The likeliest class, or the name of the first number."""
        return next(iter(self.answers))

    @property
    def score(self) -> float:
        """Its probability, or the number."""
        return self.answers[self.label]


@dataclass(frozen=True)
class Predictor:
    """A network in use: from ready pixels to answers. An engine computes its scores where the run has one."""

    network: nn.Module
    preprocess: Preprocess
    names: tuple[str, ...]
    facts: Facts
    device: torch.device
    engine: Started | None = None

    @classmethod
    def load(cls, run: Run, device: str = "auto") -> "Predictor":
        """The network of a run with its best weights.

        Raises:
            RunError: something in the folder is missing or damaged.
            SettingError: the device is not there.
        """
        place = device_of(device)
        network = run.network()
        engine = started(run, network) if place.type == "cpu" else None
        return cls(laid_out(network, place), run.preprocess, run.names, run.facts, place, engine)

    @property
    def identity(self) -> str:
        """Letters that tell the network's weights from any others."""
        return digest({name: value.cpu() for name, value in self.network.state_dict().items()})

    def normal(self, pixels: Tensor) -> Tensor:
        """Normalised images of ready pixels.

        Before an engine on one thread: torch's others would go on spinning for a while, in the way of the engine's.
        """
        with threads(torch.get_num_threads() if self.engine is None else 1):
            return self.preprocess.normal(pixels)

    def scores(self, images: Tensor) -> Tensor:
        """Raw scores `(batch, outputs)` of normalised images."""
        if self.engine is not None and self.engine.takes(images):
            return self.engine.scores(images)
        with torch.inference_mode():
            scores: Tensor = self.network(lay_out(images))
            return scores.float()

    def answers(self, images: Tensor) -> Tensor:
        """Probabilities `(batch, classes)`, or numbers `(batch, columns)` in their own units, of normalised images."""
        return self.meant(self.scores(images))

    def meant(self, scores: Tensor) -> Tensor:
        """What scores `(batch, outputs, *places)` mean: probabilities, or numbers in their own units."""
        answers = TASKS[self.facts.task].answer(scores)
        if self.facts.target_mean:
            shape = (-1, *[1] * (answers.dim() - 2))
            answers = answers * torch.tensor(self.facts.target_deviation).reshape(shape).to(answers)
            answers = answers + torch.tensor(self.facts.target_mean).reshape(shape).to(answers)
        return answers

    def places(self, pixels: Pixels) -> NDArray[np.uint8]:
        """The likeliest class of every place, `(batch, *sizes)`, for ready pixels of any size."""
        step = max(1, PLACES // (self.facts.outputs * prod(pixels.shape[2:])))
        found = []
        for start in range(0, len(pixels), step):
            images = self.normal(self._given(pixels[start : start + step]))
            found.append(self.scores(images).argmax(1).to(torch.uint8).cpu().numpy())
        return np.concatenate(found)

    def _given(self, pixels: Pixels) -> Tensor:
        """Ready pixels on the device; those of a file may be read-only, of which torch would warn, and are copied."""
        return torch.from_numpy(pixels if pixels.flags.writeable else pixels.copy()).to(self.device)

    def of(self, pixels: Pixels) -> NDArray[np.float64]:
        """Answers `(batch, outputs)` for ready pixels `(batch, channels, *sizes)`."""
        images = self.normal(self._given(pixels))
        return np.asarray(self.answers(images).double().cpu().numpy())

    def stream(self, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
        """Predictions one after another, in the order of the inputs, in memory that does not grow with their number.

        Raises:
            DataError: an image cannot be read or is of another kind, and `skip_bad` is false.
        """
        opening = Opening(pages=self.preprocess.pages, max_pixels=settings.max_pixels)
        found = items(inputs, self.preprocess, opening, settings.axes)
        jobs = (partial(self._ready, item, settings) for item in found)
        ready = ahead(jobs, workers=cpu_count() or 1, depth=2 * settings.batch)
        for chunk in chunks(kept(ready, skip_bad=settings.skip_bad), settings.batch):
            yield from self._answered(chunk, settings.top)

    def _ready(self, item: Item, settings: PredictSettings) -> "Ready":
        try:
            pixels = self.preprocess.ready(item.read(), colour=settings.colour)
        except DataError as error:
            return Ready(item.name, None, faulty(item, error))
        return Ready(item.name, pixels, "")

    def _answered(self, chunk: list["Ready"], top: int) -> Iterator[Prediction]:
        pixels = np.stack([ready.pixels for ready in chunk if ready.pixels is not None])
        for ready, row in zip(chunk, self.of(pixels), strict=True):
            yield Prediction(ready.name, self.facts.task, self.named(row, top))

    def named(self, row: NDArray[np.float64], top: int) -> dict[str, float]:
        """The answers `(outputs,)` to one image with their names: the likeliest classes, or all numbers."""
        order = range(len(row)) if self.facts.task == "regress" else np.argsort(-row, kind="stable")[:top]
        return {self.names[place]: float(row[place]) for place in order}


@dataclass(frozen=True)
class Ready:
    """One image made ready, or what is wrong with it."""

    name: str
    pixels: Pixels | None
    fault: str


One = TypeVar("One", bound=Ready)


def faulty(item: Item, error: DataError) -> str:
    """What is wrong with an image, with its name."""
    text = str(error)
    return text if item.name in text else f"{item.name}: {text}"


def kept(ready: Iterable[One], *, skip_bad: bool) -> Iterator[One]:
    """Those with which nothing is wrong.

    Raises:
        DataError: something is wrong with one, and `skip_bad` is false.
    """
    skipped = 0
    for each in ready:
        if not each.fault:
            yield each
        elif skip_bad:
            skipped += 1
            log.warning("left out: %s", each.fault)
        else:
            raise DataError(each.fault)
    if skipped:
        log.warning("%d images were left out", skipped)


def chunks(ready: Iterable[One], size: int) -> Iterator[list[One]]:
    """So many at a time, in order; the last may be fewer."""
    chunk: list[One] = []
    for each in ready:
        chunk.append(each)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
