"""The same answers on several machines: the workers of a Dask cluster work out tiles, and write them into a Zarr."""

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from svertka.data.rasters import Pixels
from svertka.data.stores import silent
from svertka.data.windows import Window, Written
from svertka.errors import ClusterError, SettingError
from svertka.inference.cluster import check, run_over
from svertka.inference.content import Content, content
from svertka.inference.jobs import Record, about
from svertka.inference.large import Progress, filled, job_of, source_of
from svertka.inference.predictor import Predictor
from svertka.inference.tiles import Done
from svertka.inference.tiles.boxes import slices
from svertka.inference.tiles.tiling import Job
from svertka.runs import Run, open_run
from svertka.settings import PredictSettings


@dataclass(frozen=True)
class Share:
    """What a worker has to know: files by their whole names, the choices, the sides of tiles, and which job it is."""

    run: Path
    image: Path
    out: Path
    settings: PredictSettings
    sides: tuple[int, ...]
    about: str


def predicted_on_machines(
    run: Run,
    predictor: Predictor,
    image: Path,
    out: Path,
    settings: PredictSettings,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Done:
    """What `large.predicted_in_tiles` does, on the workers of the cluster at `settings.scheduler`.

    All machines need the run, the image and the file under the same names. Means of the whole image, where a network
    needs them, are gathered here before. A job that was begun on one machine goes on with many, and the other way.

    Args:
        run: where the network is from.
        predictor: the network itself.
        image: as there.
        out: a Zarr.
        settings: as there.
        overwrite: as there.
        progress: as there.

    Raises:
        SettingError, ShapeError, DataError: as there, or the file is no Zarr.
        ClusterError: nobody answers at the address, all workers are gone, or they lack something.
        MissingExtra: Dask is not installed.
    """
    scheduler = settings.scheduler or ""
    if out.suffix.lower() != ".zarr":
        raise SettingError(f"several machines write a Zarr, tile by tile: let the name end in .zarr, not as {out.name}")
    check(scheduler)

    def fill(job: Job, sink: Written, made: Content, record: Record) -> Done:
        job.settle(record.moments)
        windows = [slices(box) for box in job.boxes]
        files = (run.path.resolve(), image.resolve(), out.resolve())
        share = Share(*files, settings, job.sides, json.dumps(record.about))
        count = run_over(scheduler, windows, partial(tile_of, share), sink, progress=progress or silent)
        return Done(job.sides, len(windows), len(windows) - count, 0)

    return filled(predictor, image, out, settings, fill, overwrite=overwrite)


def tile_of(share: Share, window: Window) -> Pixels:
    """What a worker does: the values of one tile, `(channels, *window)`.

    Raises:
        ClusterError: the run is another one here.
        DataError, MissingExtra: it cannot be read.
    """
    job, made = _begun(share)
    box = tuple((part.start, part.stop) for part in window)
    (values,) = job.values([box], made.of, made.gap)
    return values


@lru_cache(maxsize=1)
def _begun(share: Share) -> tuple[Job, Content]:
    """The network over the image, which a worker makes ready once."""
    predictor = Predictor.load(open_run(share.run), share.settings.device)
    there: dict[str, Any] = json.loads(share.about)
    here = about(predictor, share.image, share.settings)
    if any(here[name] != there[name] for name in ("network", "preprocessing")):
        raise ClusterError(f"{share.run} is another run on a worker; all machines need the same files")
    record = Record(share.out, there)
    job = job_of(predictor, source_of(predictor, share.image, share.settings), share.sides, share.settings, record)
    job.settle(record.moments)
    return job, content(predictor, share.settings)
