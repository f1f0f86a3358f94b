"""Masks of images that are larger than memory, in tiles that join to the very mask of the whole."""

import json
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from svertka.data.formats import Opening
from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels, Raster, colour_of, kind
from svertka.data.replacing import replacing
from svertka.data.windows import Opened, Readable, created, opened
from svertka.errors import DataError, SettingError
from svertka.geometry import times
from svertka.inference.combining import check_alone
from svertka.inference.outlining import values_of
from svertka.inference.predictor import Predictor
from svertka.inference.tiles import Done
from svertka.inference.tiles.tiling import Job
from svertka.nn import lay_out
from svertka.runs.weights import digest
from svertka.settings import PredictSettings

MEBIBYTE = 2**20
Tile = tuple[int, ...] | int | str


def outlined_in_tiles(
    predictor: Predictor,
    image: Path,
    out: Path,
    settings: PredictSettings,
    *,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Done:
    """Write the mask of an image of any size into a file; what an interrupted job had finished is kept.

    Args:
        predictor: a network that outlines.
        image: a file that is read in windows.
        out: a file that is written in windows.
        settings: `tile` and `memory` among them.
        overwrite: begin anew, and replace what is there.
        progress: called with the number of tiles that are done, and of all.

    Raises:
        SettingError: the network does another task, or a file is of another format.
        ShapeError: the network cannot be run in tiles exactly.
        DataError: the image is of another kind or would have to be scaled, or the file is there already.
    """
    if predictor.facts.task != "segment":
        raise SettingError(
            f"--tile is for networks that outline (segment); this one was trained to {predictor.facts.task}"
        )
    if settings.several:
        raise SettingError("--tile makes the mask of one run and of the image as it is; leave out --views and --with")
    check_alone(settings)
    record = Record(out, _about(predictor, image, settings))
    tile = record.begun(settings.tile or "auto", overwrite=overwrite)
    opening = Opening(pages=predictor.preprocess.pages, max_pixels=settings.max_pixels)
    with opened(image, axes=settings.axes, opening=opening) as source:
        return _outlined(predictor, source, out, tile, settings, record, overwrite=overwrite, progress=progress)


def _outlined(
    predictor: Predictor, source: Opened, out: Path, tile: Tile, settings: PredictSettings, record: "Record", *,
    overwrite: bool, progress: Callable[[int, int], None] | None,
) -> Done:  # fmt: skip
    _check_size(predictor.preprocess, source, source.path)
    job = Job.of(
        predictor.network, source, tile=tile, memory=settings.memory * MEBIBYTE,
        prepare=partial(_prepared, predictor, source, source.path, settings.colour), skip_bad=settings.skip_bad,
    )  # fmt: skip
    levels = values_of(predictor.names)
    file = created(
        out, channels=1, sizes=source.sizes, dtype=levels.dtype, tile=job.sides, like=source,
        job=json.dumps(record.about), overwrite=overwrite,
    )  # fmt: skip
    with closing(file) as sink:
        record.keep(job.sides)
        done = job.into(
            sink, finish=lambda scores: levels[scores.float().argmax(1).cpu().numpy()], moments=record.moments,
            progress=progress,
        )  # fmt: skip
    record.end()
    return done


class Record:
    """What an unfinished file is being filled with, written beside it, so that only the same job goes on with it."""

    def __init__(self, out: Path, about: dict[str, Any]) -> None:
        self.out, self.about = out, about
        self.path = out.with_name(f".{out.name}.job")
        self.moments = out.with_name(f".{out.name}.moments")

    def begun(self, tile: str, *, overwrite: bool) -> Tile:
        """The sides of tiles: those with which the job was begun, else as asked for.

        Raises:
            DataError: the file is there already, finished or begun by another job.
        """
        if overwrite:
            self.end()
        if not self.path.exists():
            if self.out.exists() and not overwrite:
                raise DataError(f"{self.out} is there already; replace it with --overwrite")
            return int(tile) if tile.isdecimal() else tile
        found = json.loads(self.path.read_text(encoding="utf-8"))
        differ = [name for name, value in self.about.items() if found.get(name) != value]
        if differ:
            raise DataError(f"{self.out} was begun with another {' and '.join(differ)}; begin anew with --overwrite")
        return tuple(found["tile"])

    def keep(self, sides: tuple[int, ...]) -> None:
        """Write down that the job has begun, and with what tiles."""
        with replacing(self.path) as part:
            part.write_text(json.dumps({**self.about, "tile": sides}), encoding="utf-8")

    def end(self) -> None:
        """Forget it: the file is finished."""
        self.path.unlink(missing_ok=True)
        self.moments.unlink(missing_ok=True)


def _about(predictor: Predictor, image: Path, settings: PredictSettings) -> dict[str, Any]:
    """What the answer depends on."""
    facts = image.stat()
    network = digest(predictor.network.state_dict())
    preprocess = f"{predictor.preprocess.model_dump_json()} {settings.colour} {settings.axes}"
    return {"network": network, "image": [facts.st_size, facts.st_mtime_ns], "preprocessing": preprocess}


def _check_size(preprocess: Preprocess, source: Readable, image: Path) -> None:
    if len(source.sizes) != preprocess.rank or preprocess.project != "none":
        raise DataError(
            f"{image} has {len(source.sizes)} axes ({times(source.sizes)}), but wanted are {preprocess.rank}"
        )
    scaled = preprocess.scaling(source.sizes)
    if scaled != source.sizes:
        raise DataError(
            f"{image} would be scaled from {times(source.sizes)} to {times(scaled)} first, as in the training, which "
            f"tiles do not; train with --resize pad, or predict without --tile"
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
