"""Masks of images, at their own sizes."""

from collections.abc import Iterable, Iterator
from functools import partial
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from svertka.data.batches import ahead
from svertka.data.formats import Opening
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.data.resample import picked
from svertka.errors import DataError
from svertka.inference.inputs import Input, Item, items
from svertka.inference.predictor import Prediction, Predictor, Ready, faulty, kept
from svertka.settings import PredictSettings


def outlines(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """The mask of every image: at each place the value that masks of the training had for the likeliest class."""
    preprocess = predictor.preprocess
    opening = Opening(pages=preprocess.pages, max_pixels=settings.max_pixels)
    jobs = (partial(uncut, predictor, item, settings) for item in items(inputs, preprocess, opening, settings.axes))
    for ready in kept(ahead(jobs, workers=cpu_count() or 1, depth=4), skip_bad=settings.skip_bad):
        if ready.pixels is not None:
            yield mask_of(predictor.names, ready.name, outlined(predictor, ready.pixels))


def mask_of(names: tuple[str, ...], name: str, places: NDArray[np.uint8]) -> Prediction:
    """The prediction of an image from the class of each of its places, and the share of each class."""
    shares = np.bincount(places.ravel(), minlength=len(names)) / places.size
    answers = dict(zip(names, shares.tolist(), strict=True))
    return Prediction(name, "segment", answers, values_of(names)[places])


def outlined(predictor: Predictor, pixels: Pixels) -> NDArray[np.uint8]:
    """The class of every place of one image `(channels, *sizes)`, which is scaled as in training, but not cut."""
    return picked(predictor.places(scaled(predictor.preprocess, pixels)[None])[0], pixels.shape[1:])


def scaled(preprocess: Preprocess, pixels: Pixels) -> Pixels:
    """One image `(channels, *sizes)` scaled as in training, but not cut: uint8 or float32."""
    found = preprocess.scaled(pixels)
    return np.ascontiguousarray(found if found.dtype == np.uint8 else found.astype(np.float32))


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
        return Ready(item.name, None, faulty(item, error))
