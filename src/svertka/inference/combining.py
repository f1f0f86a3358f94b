"""Predictions that several answers agree on, or at least are made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from os import cpu_count

import numpy as np

from svertka.data.batches import ahead
from svertka.data.formats import Opening
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels, Raster
from svertka.data.resample import picked
from svertka.errors import DataError, SettingError
from svertka.inference.ensembles import Ensemble, ensemble_of
from svertka.inference.inputs import Input, Item, items
from svertka.inference.outlining import mask_of, scaled
from svertka.inference.predictor import Prediction, Predictor, Ready, chunks, faulty, kept
from svertka.inference.tallies import Answers, Tally
from svertka.settings import PredictSettings

Making = Callable[..., Pixels]


@dataclass(frozen=True)
class Prepared(Ready):
    """One image made ready in every way that an ensemble wants, or what is wrong with it."""

    ways: Mapping[Preprocess, Pixels] = field(default_factory=dict)
    sizes: tuple[int, ...] = ()


def combined(predictor: Predictor, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """Predictions one after another, each from several answers.

    Raises:
        SettingError: the answers cannot be combined so, or runs do not agree.
        UnknownName: no views are called so.
        ShapeError: a network does not take the views' sizes.
        RunError: a further run is none, or is damaged.
        DataError: an image cannot be read or is of another kind, and `skip_bad` is false.
    """
    if settings.dense:
        raise SettingError("--dense makes maps of one run and of images as they are; leave out --views and --with")
    ensemble = ensemble_of(predictor, settings)
    return _outlines(ensemble, inputs, settings) if ensemble.by_place else _whole(ensemble, inputs, settings)


def _whole(ensemble: Ensemble, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """Classes and numbers."""
    ready = _prepared(ensemble, inputs, settings, depth=2 * settings.batch)
    for chunk in chunks(kept(ready, skip_bad=settings.skip_bad), settings.batch):
        tally = ensemble.tallied({way: np.stack([each.ways[way] for each in chunk]) for way in ensemble.preparing})
        told = ensemble.told(tally)
        doubts = uncertainty(ensemble, tally, told) if settings.uncertainty else None
        for place, each in enumerate(chunk):
            doubt = None if doubts is None else {name: float(values[place]) for name, values in doubts.items()}
            answers = ensemble.first.named(told[place], settings.top)
            yield Prediction(each.name, ensemble.first.facts.task, answers, uncertainty=doubt)


def _outlines(ensemble: Ensemble, inputs: Iterable[Input], settings: PredictSettings) -> Iterator[Prediction]:
    """Masks, each at its image's own size."""
    ready = _prepared(ensemble, inputs, settings, depth=4)
    for each in kept(ready, skip_bad=settings.skip_bad):
        tally = ensemble.tallied({way: pixels[None] for way, pixels in each.ways.items()})
        told = ensemble.told(tally)
        places = picked(told.argmax(axis=1)[0].astype(np.uint8), each.sizes)
        mask = mask_of(ensemble.first.names, each.name, places)
        yield doubted(mask, uncertainty(ensemble, tally, told), each.sizes) if settings.uncertainty else mask


def doubted(mask: Prediction, doubts: Mapping[str, Answers], sizes: Sequence[int]) -> Prediction:
    """The mask of one image with how far the answers `(1, *places)` differ: at each place, and in the mean."""
    everywhere = np.stack([picked(values[0].astype(np.float32), sizes) for values in doubts.values()])
    return replace(mask, uncertainty={name: float(values.mean()) for name, values in doubts.items()}, doubts=everywhere)


def uncertainty(ensemble: Ensemble, tally: Tally, told: Answers) -> dict[str, Answers]:
    """How far answers differ, `(batch, *places)` each: three measures for classes, the spread of each number."""
    if tally.classes:
        return tally.uncertainty(told)
    return {f"spread of {name}": tally.spread[:, place] for place, name in enumerate(ensemble.first.names)}


def _prepared(
    ensemble: Ensemble, inputs: Iterable[Input], settings: PredictSettings, *, depth: int
) -> Iterator[Prepared]:
    """Images made ready, in order, some of them ahead."""
    preprocess, ways = ensemble.first.preprocess, ensemble.preparing
    opening = Opening(pages=preprocess.pages, max_pixels=settings.max_pixels)
    making = _uncut if ensemble.by_place else Preprocess.ready
    found = items(inputs, preprocess, opening, settings.axes)
    return ahead(
        (partial(_made, item, ways, making, settings.colour) for item in found),
        workers=cpu_count() or 1, depth=depth,
    )  # fmt: skip


def _made(item: Item, ways: list[Preprocess], making: Making, colour: str) -> Prepared:
    try:
        raster = item.read()
        ready = {way: making(way, raster, colour=colour) for way in ways}
    except DataError as error:
        return Prepared(item.name, None, faulty(item, error))
    return Prepared(item.name, None, "", ready, raster.pixels.shape[1:])


def _uncut(way: Preprocess, raster: Raster, *, colour: str) -> Pixels:
    return scaled(way, way.checked(raster, colour=colour))
