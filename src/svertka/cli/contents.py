"""Masks, maps, frames and sounds as files in a folder, one for each prediction, beside a table of them."""

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from scipy.io import wavfile

from svertka.cli.listing import Counted
from svertka.data.rasters import Pixels
from svertka.errors import DataError
from svertka.inference import Prediction

TABLE = "predictions.csv"
RATE = 8000  # samples a second, where nothing says how many


def stored(
    predictions: Iterable[Prediction],
    folder: Path,
    *,
    rate: int | None,
    overwrite: bool,
    progress: Callable[[int, None], None],
) -> int:
    """Write every content to a file of its own: masks and maps as PNG or TIFF, frames as .npy, sounds as WAV.

    What is doubtful at each place of a mask lies beside it, as `NAME.uncertainty.tif` with a page for each measure.

    Returns:
        How many there were.

    Raises:
        DataError: a file is there already, or cannot be written.
    """
    counted = Counted(predictions, progress)
    taken: set[str] = set()
    rows: list[list[str]] = []
    try:
        for prediction in counted:
            folder.mkdir(parents=True, exist_ok=True)
            path = _put(folder, prediction, prediction.content, rate or RATE, taken, overwrite=overwrite)
            if prediction.doubts is not None:
                _put(folder, prediction, prediction.doubts, RATE, taken, ".uncertainty", overwrite=overwrite)
            values = {**prediction.answers, **(prediction.uncertainty or {})}
            rows.append([prediction.name, path.name, *(f"{value:.7g}" for value in values.values())])
            names = ["path", "file", *values]
        if rows:
            with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([names, *rows])
    except OSError as error:
        raise DataError(f"cannot write into {folder}: {error.strerror or error}") from None
    return counted.count


def _put(
    folder: Path,
    prediction: Prediction,
    content: Pixels | None,
    rate: int,
    taken: set[str],
    kind: str = "",
    *,
    overwrite: bool,
) -> Path:
    """Write one content, and where it is."""
    assert content is not None
    path = _free(folder, prediction.name, f"{kind}{ENDINGS[prediction.task](content)}", taken)
    if path.exists() and not overwrite:
        raise DataError(f"{path} is there already; replace it with --overwrite")
    _write(path, content, rate)
    return path


def _free(folder: Path, source: str, ending: str, taken: set[str]) -> Path:
    """A name after that of the input, numbered where two are alike."""
    stem = re.sub(r"[^\w.+-]+", "_", Path(source).name.removesuffix(Path(source).suffix))
    number = 1
    while (name := f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}") in taken:
        number += 1
    taken.add(name)
    return folder / name


def _write(path: Path, content: Pixels, rate: int) -> None:
    if path.suffix == ".png":
        Image.fromarray(content).save(path)
    elif path.suffix == ".tif":
        tifffile.imwrite(path, content, photometric="minisblack", compression="zlib")
    elif path.suffix == ".wav":
        wavfile.write(path, rate, np.rint(content.clip(-1, 1) * 32767).astype(np.int16))
    else:
        np.save(path, content)


def _of_mask(mask: NDArray[np.generic]) -> str:
    if mask.ndim == 1 or (mask.ndim == 2 and mask.dtype.kind == "f"):
        return ".npy"
    return ".png" if mask.ndim == 2 and mask.dtype == np.uint8 else ".tif"


ENDINGS: dict[str, Callable[[NDArray[np.generic]], str]] = {
    "segment": _of_mask, "dense": _of_mask, "forecast": lambda frame: ".npy", "next": lambda wave: ".wav",
}  # fmt: skip
