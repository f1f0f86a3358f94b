"""Maps of what a classifier of patches says, place by place, of images of any size."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import prod
from os import cpu_count

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.data.batches import ahead
from svertka.data.formats import Opening
from svertka.data.rasters import Pixels
from svertka.errors import DataError, SettingError
from svertka.geometry import times
from svertka.inference.densifying import Dense, dense
from svertka.inference.inputs import Input, items
from svertka.inference.outlining import uncut, values_of
from svertka.inference.predictor import PLACES, Prediction, Predictor, kept
from svertka.nn import laid_out
from svertka.settings import PredictSettings

log = logging.getLogger(__name__)

TASK = "dense"


def maps(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """A map of every image: at each place what the network says of the patch around it.

    Images are taken at their own size; so the patches of the training should have had the network's. The content is the
    likeliest class as `values_of` numbers it, or with `scores` the probability of every class, `(classes, *sizes)`; for
    numbers always their values, `(columns, *sizes)`. Answers are shares of the classes, or means.

    Raises:
        SettingError: the run's task is another one.
        ShapeError: a layer of the network forbids it; the message names the layer.
        DataError: an input cannot be read, is of another kind or too small, and `skip_bad` is false.
    """
    made, preprocess = turned(predictor), predictor.preprocess
    opening = Opening(pages=preprocess.pages, max_pixels=settings.max_pixels)
    jobs = (partial(uncut, predictor, item, settings) for item in items(inputs, preprocess, opening, settings.axes))
    likeliest = predictor.facts.task == "classify" and not settings.scores
    levels = values_of(predictor.names)
    for ready in kept(ahead(jobs, workers=cpu_count() or 1, depth=1), skip_bad=settings.skip_bad):
        if ready.pixels is None:
            continue
        pixels = bordered(made, ready.name, ready.pixels, settings.border)
        content = mapped(predictor, made, pixels, likeliest=likeliest)
        means = _shares(content, len(levels)) if likeliest else content.reshape(len(content), -1).mean(axis=1)
        answers = dict(zip(predictor.names, means.tolist(), strict=True))
        yield Prediction(ready.name, TASK, answers, levels[content] if likeliest else content)


def turned(predictor: Predictor) -> Dense:
    """The network of a run, turned.

    Raises:
        SettingError: the run's task is another one, or its images are projected.
        ShapeError: a layer forbids it.
    """
    task, preprocess = predictor.facts.task, predictor.preprocess
    if task not in ("classify", "regress"):
        raise SettingError(f"--dense is for classes or numbers of patches, and this run's task is {task}")
    if preprocess.project != "none":
        raise SettingError("--dense takes images as they are, and those of this run are projected onto a sphere")
    made = dense(predictor.network, preprocess.sizes, channels=preprocess.channels)
    laid_out(made, predictor.device)
    log.info("patches are of %s samples, as the network takes them, and images are not scaled", times(made.patch))
    return made


def bordered(made: Dense, name: str, pixels: Pixels, border: str) -> Pixels:
    """An image with what its outermost patches see of the world beyond it: its own reflection, or nothing.

    Raises:
        DataError: there is not a single patch in it.
    """
    sizes = pixels.shape[1:]
    if border == "reflect" and min(sizes) > 1:
        return np.pad(pixels, [(0, 0), *zip(made.before, made.after, strict=True)], mode="reflect")
    check_patch(made, name, sizes)
    return pixels


def check_patch(made: Dense, name: str, sizes: Sequence[int]) -> None:
    """See that there is a patch in an image.

    Raises:
        DataError: there is none.
    """
    if any(size < patch for size, patch in zip(sizes, made.patch, strict=True)):
        raise DataError(f"{name}: an image of {times(sizes)} holds no patch of {times(made.patch)}")


def mapped(predictor: Predictor, made: Dense, pixels: Pixels, *, likeliest: bool) -> NDArray[np.generic]:
    """Classes `(*places)` or answers `(outputs, *places)` of one image `(channels, *sizes)`, band by band."""
    places = [size - patch + 1 for size, patch in zip(pixels.shape[1:], made.patch, strict=True)]
    outputs, reach = predictor.facts.outputs, made.patch[0] - 1
    found: NDArray[np.generic] = (
        np.empty(places, np.min_scalar_type(outputs - 1)) if likeliest else np.empty((outputs, *places), np.float32)
    )
    step = max(1, PLACES // (outputs * prod(places[1:])) // made.steps[0]) * made.steps[0]
    for start in range(0, places[0], step):
        band = slice(start, min(start + step, places[0]))
        scores = _scores(predictor, made, pixels[:, band.start : band.stop + reach])
        if likeliest:
            found[band] = scores.argmax(1)[0].cpu().numpy()
        else:
            found[:, band] = predictor.meant(scores)[0].cpu().numpy()
    return found


def _scores(predictor: Predictor, made: Dense, pixels: Pixels) -> Tensor:
    pixels = pixels if pixels.dtype == np.uint8 else pixels.astype(np.float32)
    images = predictor.preprocess.normal(torch.from_numpy(np.ascontiguousarray(pixels)[None]).to(predictor.device))
    scores: Tensor = made(images)
    return scores


def _shares(classes: NDArray[np.generic], count: int) -> NDArray[np.float64]:
    return np.bincount(classes.ravel(), minlength=count) / classes.size
