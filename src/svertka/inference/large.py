"""Answers for images that are larger than memory, in tiles that join to the very answer of the whole."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from svertka.data.formats import Opening
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels, Raster, colour_of, kind
from svertka.data.windows import Opened, Readable, Written, created, opened
from svertka.errors import DataError
from svertka.geometry import times
from svertka.inference.content import Content, content
from svertka.inference.jobs import Record, Tile, about, alone
from svertka.inference.patchwise import begins, patchwise
from svertka.inference.predictor import Predictor
from svertka.inference.tiles import Done
from svertka.inference.tiles.tiling import Job
from svertka.nn import lay_out
from svertka.settings import PredictSettings

MEBIBYTE = 2**20
Progress = Callable[[int, int], None]
Fill = Callable[[Job, Written, Content, Record], Done]


def predicted_in_tiles(
    predictor: Predictor,
    image: Path,
    out: Path,
    settings: PredictSettings,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Done:
    """Write the mask or map of an image of any size into a file; what an interrupted job had finished is kept.

    Args:
        predictor: a network that outlines, or with `dense` one of patches.
        image: a file that is read in windows.
        out: a file that is written in windows.
        settings: `tile` and `memory` among them; with `scores` the probability of every class is written in place of
            the likeliest. With `skip_bad`, places that see what cannot be read have no answer: NaN, or in masks the
            highest number that is no class.
        overwrite: begin anew, and replace what is there.
        progress: called with the number of tiles that are done, and of all.

    Raises:
        SettingError: the network does another task, or a file is of another format.
        ShapeError: the network cannot be run in tiles exactly.
        DataError: the image is of another kind or would have to be scaled, or the file is there already, or another job
            is writing it.
    """

    def fill(job: Job, sink: Written, made: Content, record: Record) -> Done:
        return job.into(sink, finish=made.of, gap=made.gap, moments=record.moments, progress=progress)

    return filled(predictor, image, out, settings, fill, overwrite=overwrite)


def filled(
    predictor: Predictor, image: Path, out: Path, settings: PredictSettings, fill: Fill, *, overwrite: bool
) -> Done:
    """The same, with what fills the file; arguments and errors as there."""
    made = content(predictor, settings)
    with alone(out):
        record = Record(out, about(predictor, image, settings))
        tile = record.begun(settings.tile or "auto", overwrite=overwrite)
        with source_of(predictor, image, settings) as source:
            job = job_of(predictor, source, tile, settings, record)
            sizes = job.tape.out.sizes
            file = created(
                out, channels=made.channels, sizes=sizes, dtype=made.dtype, tile=job.sides, like=source,
                scale=(1,) * len(sizes), offset=begins(source.sizes, sizes), job=json.dumps(record.about),
                overwrite=overwrite,
            )  # fmt: skip
            with closing(file) as sink:
                record.keep(job.sides)
                done = fill(job, sink, made, record)
        done = replace(done, bad=record.gaps.count())
        record.end()
    return done


def source_of(predictor: Predictor, image: Path, settings: PredictSettings) -> Opened:
    """The image, to be read in windows."""
    opening = Opening(pages=predictor.preprocess.pages, max_pixels=settings.max_pixels)
    return opened(image, axes=settings.axes, opening=opening)


def job_of(predictor: Predictor, source: Opened, tile: Tile, settings: PredictSettings, record: Record) -> Job:
    """The network over an image."""
    _check_rank(predictor.preprocess, source)
    if settings.dense:
        network: nn.Module = patchwise(predictor, source, settings.border)
    else:
        _check_size(predictor.preprocess, source)
        network = predictor.network
    return Job.of(
        network, source, tile=tile, memory=settings.memory * MEBIBYTE,
        prepare=partial(_prepared, predictor, source, source.path, settings.colour), skip_bad=settings.skip_bad,
        lost=record.gaps.note,
    )  # fmt: skip


def _check_rank(preprocess: Preprocess, source: Opened) -> None:
    if len(source.sizes) != preprocess.rank or preprocess.project != "none":
        raise DataError(
            f"{source.path} has {len(source.sizes)} axes ({times(source.sizes)}), but wanted are {preprocess.rank}"
        )


def _check_size(preprocess: Preprocess, source: Opened) -> None:
    scaled = preprocess.scaling(source.sizes)
    if scaled != source.sizes:
        raise DataError(
            f"{source.path} would be scaled from {times(source.sizes)} to {times(scaled)} first, as in the training, "
            f"which tiles do not; train with --resize pad, or predict without --tile"
        )


def _prepared(predictor: Predictor, source: Readable, image: Path, colour: str, pixels: Pixels) -> Tensor:
    """The network's numbers from pixels of a window, as for whole images.

    Raises:
        DataError: the image is not of the kind the network was trained on.
    """
    meaning = getattr(source, "colour", None) or colour_of(len(pixels), len(source.sizes), kind(source.dtype))
    try:
        checked = predictor.preprocess.checked(Raster(pixels, meaning), colour=colour)
    except DataError as error:
        raise DataError(f"{image}: {error}") from None
    ready = np.ascontiguousarray(checked if checked.dtype == np.uint8 else checked.astype(np.float32))
    return lay_out(predictor.preprocess.normal(torch.from_numpy(ready)[None].to(predictor.device)))
