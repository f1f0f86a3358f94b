"""Sounds that a network makes up: for a class, or as the continuation of one that is given."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from svertka.data.formats import Opening
from svertka.errors import DataError
from svertka.inference.inputs import Input, items
from svertka.inference.predictor import Prediction, Predictor
from svertka.nn import compressed, expanded
from svertka.settings import PredictSettings
from svertka.zoo.wavenet import WaveNet, sampled


def sounds(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """A wave within ±1 for every input: the name of a class is spoken, a sound is continued.

    A sound that is continued is taken to be of the class `--like`.
    """
    rng = np.random.default_rng(settings.seed)
    for each in inputs:
        if str(each) in predictor.names:
            wave = spoken(predictor, [str(each)], settings.samples, rng)[0]
            yield _told(str(each), wave)
            continue
        opening = Opening(max_pixels=settings.max_pixels)
        for item in items([each], predictor.preprocess, opening, settings.axes):
            pixels = predictor.preprocess.checked(item.read()).astype(np.float32)
            prompt = predictor.preprocess.normal(torch.from_numpy(pixels)[None])[:, 0]
            levels = compressed(prompt, predictor.facts.outputs).numpy()
            if predictor.names and not settings.like:
                raise DataError(f"{item.name}: say which class it is to go on as, by --like {predictor.names[0]}")
            wave = spoken(predictor, [settings.like] * bool(predictor.names), settings.samples, rng, levels)[0]
            yield _told(item.name, np.concatenate([prompt[0].numpy(), wave]))


def spoken(
    predictor: Predictor,
    classes: list[str],
    samples: int,
    rng: np.random.Generator,
    prompt: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """A wave `(classes, samples)` for each of these classes; one, where there are none.

    Raises:
        DataError: there is no such class.
    """
    unknown = [name for name in classes if name not in predictor.names]
    if unknown:
        raise DataError(f"there is no class {unknown[0]}: this network knows {', '.join(predictor.names) or 'none'}")
    network = predictor.network
    assert isinstance(network, WaveNet)
    conditions = torch.zeros(max(len(classes), 1), network.conditions)
    for row, name in enumerate(classes):
        conditions[row, predictor.names.index(name)] = 1
    made = sampled(network.cpu(), conditions, rng.random((len(conditions), samples)), prompt)
    return np.asarray(expanded(torch.from_numpy(made), predictor.facts.outputs).numpy())


def _told(name: str, wave: NDArray[np.float32]) -> Prediction:
    loudness = float(np.sqrt(np.square(wave).mean()))
    return Prediction(name, "next", {"samples": float(len(wave)), "loudness": loudness}, wave)
