"""How well a network expects the next sample of a sound, and what it says when it speaks for itself."""

import io
from collections import defaultdict
from typing import Literal

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.io import wavfile

from svertka.data.datasets import DataSet
from svertka.data.lessons import Continuation
from svertka.data.rasters import Pixels
from svertka.data.samples import Indices
from svertka.data.stores import Store
from svertka.drawing import FIRST, SECOND, STYLE, svg, uri
from svertka.evaluation.figures import Floats, Value
from svertka.evaluation.gathering import Found
from svertka.evaluation.reports import Report, Subject
from svertka.inference import Predictor
from svertka.inference.speaking import spoken
from svertka.tasks import NEXT

SPOKEN = 10  # classes that are spoken in the report
LONGEST = 8000  # samples of each
AT_A_TIME = 8  # signals
RATE = 8000  # samples a second, where nothing says how many


class SoundFigures(Value):
    """One class of sounds."""

    name: str
    bits: float
    samples: int


class SoundReport(Report):
    """How many bits the next sample takes to be told, when one knows what the network expects.

    `uniform` is what it takes without expecting anything, `frequencies` when one knows how often each level occurs.
    """

    task: Literal["next"] = "next"
    bits: float
    uniform: float
    frequencies: float
    classes: list[SoundFigures]


class Sounds:
    """The surprise of every sound, and the levels that occur."""

    def __init__(self, predictor: Predictor, data: DataSet, store: Store) -> None:
        self.predictor, self.data, self.store = predictor, data, store
        self.lessons = Continuation(torch.from_numpy(data.targets), len(data.classes), predictor.facts.outputs)
        self.bits: dict[int, float] = {}
        self.levels = np.zeros(predictor.facts.outputs, np.int64)

    def add(self, places: Indices, pixels: Pixels) -> None:
        for start in range(0, len(places), AT_A_TIME):
            chunk = places[start : start + AT_A_TIME]
            waves = self.predictor.preprocess.normal(torch.from_numpy(pixels[start : start + AT_A_TIME]))
            images, levels = self.lessons.finish(waves, self.lessons.take(chunk))
            scores = self.predictor.scores(images.to(self.predictor.device)).cpu()
            self.bits.update(zip(chunk.tolist(), NEXT.points(scores, levels).tolist(), strict=True))
            self.levels += np.bincount(levels.flatten().numpy(), minlength=len(self.levels))

    def found(self, subject: Subject) -> Found:
        shares = self.levels[self.levels > 0] / self.levels.sum()
        report = SoundReport(
            subject=subject,
            bits=float(np.mean(list(self.bits.values()))),
            uniform=float(np.log2(len(self.levels))),
            frequencies=float(-(shares * np.log2(shares)).sum()),
            classes=self._classes(),
        )
        return Found(report, {"spoken": self._spoken()})

    def _classes(self) -> list[SoundFigures]:
        groups: defaultdict[int, list[float]] = defaultdict(list)
        for place, bits in self.bits.items():
            groups[int(self.data.targets[place])].append(bits) if self.data.classes else groups[0].append(bits)
        names = self.data.classes or ("all",)
        return [
            SoundFigures(name=names[place], bits=float(np.mean(found)), samples=len(found))
            for place, found in sorted(groups.items())
        ]

    def _spoken(self) -> list[dict[str, str]]:
        """A sound of each class, as a picture beside a true one, and to be heard."""
        classes = list(self.data.classes[:SPOKEN])
        length = min(self.predictor.preprocess.sizes[0], LONGEST)
        waves = spoken(self.predictor, classes, length, np.random.default_rng(0))
        rate = self.predictor.facts.rate or RATE
        names = classes or ["a sound"]
        return [
            {"name": name, "picture": curve(wave, self._true(place)), "sound": heard(wave, rate)}
            for place, (name, wave) in enumerate(zip(names, waves, strict=True))
        ]

    def _true(self, place: int) -> Floats:
        """The first sound of this class."""
        known = [each for each in self.bits if not self.data.classes or self.data.targets[each] == place]
        if not known:
            return np.zeros(1)
        pixels = self.store.take(np.array(known[:1]))
        return np.asarray(self.predictor.preprocess.normal(torch.from_numpy(pixels))[0, 0].double().numpy())


def curve(wave: Floats, true: Floats) -> str:
    """A sound that the network made, above one that is real."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(3, 1.6), layout="constrained")
        for axes, signal, colour in zip(canvas.subplots(2, 1), (wave, true), (SECOND, FIRST), strict=True):
            axes.plot(signal, linewidth=0.4, color=colour)
            axes.set_axis_off()
        return svg(canvas)


def heard(wave: Floats, rate: int) -> str:
    """A sound as an address that holds it, as WAV of 16 bits."""
    file = io.BytesIO()
    wavfile.write(file, rate, sixteen_bits(wave))
    return uri("audio/wav", file.getvalue())


def sixteen_bits(wave: Floats) -> Pixels:
    """A wave within ±1 as whole numbers."""
    return np.asarray(np.rint(np.asarray(wave).clip(-1, 1) * 32767).astype(np.int16))
