"""Masks of images, at their own sizes."""

from collections.abc import Iterable, Iterator
from functools import partial
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from svertka.data.batches import ahead
from svertka.data.formats import Opening
from svertka.data.rasters import Pixels
from svertka.data.resample import picked
from svertka.errors import DataError
from svertka.inference.inputs import Input, Item, items
from svertka.inference.predictor import Prediction, Predictor, Ready, kept
from svertka.settings import PredictSettings


def outlines(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """The mask of every image: at each place the value that masks of the training had for the likeliest class."""
    preprocess = predictor.preprocess
    opening = Opening(pages=preprocess.pages, max_pixels=settings.max_pixels)
    jobs = (partial(uncut, predictor, item, settings) for item in items(inputs, preprocess, opening, settings.axes))
    levels = values_of(predictor.names)
    for ready in kept(ahead(jobs, workers=cpu_count() or 1, depth=4), skip_bad=settings.skip_bad):
        if ready.pixels is None:
            continue
        places = outlined(predictor, ready.pixels)
        shares = np.bincount(places.ravel(), minlength=len(predictor.names)) / places.size
        answers = dict(zip(predictor.names, shares.tolist(), strict=True))
        yield Prediction(ready.name, "segment", answers, levels[places])


def outlined(predictor: Predictor, pixels: Pixels) -> NDArray[np.uint8]:
    """The class of every place of one image `(channels, *sizes)`, which is scaled as in training, but not cut."""
    scaled = predictor.preprocess.scaled(pixels)
    scaled = scaled if scaled.dtype == np.uint8 else scaled.astype(np.float32)
    return picked(predictor.places(np.ascontiguousarray(scaled)[None])[0], pixels.shape[1:])


def values_of(names: tuple[str, ...]) -> NDArray[np.generic]:
    """What a mask holds for each class: the numbers that classes are called by, else 0 and from there on to 255."""
    if all(name.lstrip("-").isdecimal() for name in names):
        numbers = np.array([int(name) for name in names])
        return numbers.astype(np.uint8 if numbers.min() >= 0 and numbers.max() < 256 else np.int32)
    return np.linspace(0, 255, len(names)).astype(np.uint8)


def uncut(predictor: Predictor, item: Item, settings: PredictSettings) -> Ready:
    """An image at its own size, or what is wrong with it."""
    try:
        return Ready(item.name, predictor.preprocess.checked(item.read(), colour=settings.colour), "")
    except DataError as error:
        text = str(error)
        return Ready(item.name, None, text if item.name in text else f"{item.name}: {text}")
