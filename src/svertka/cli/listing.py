"""Predictions as CSV, JSON or a JSON object in each line, written one by one."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from svertka.errors import DataError, SettingError
from svertka.inference import Prediction


def shown(predictions: Iterable[Prediction], *, json: bool) -> None:
    """Write predictions to the screen as they come, as JSON or as CSV."""
    WRITERS[".json" if json else ".csv"](predictions, sys.stdout)


def saved(
    predictions: Iterable[Prediction], out: Path, *, overwrite: bool, progress: Callable[[int, None], None]
) -> int:
    """Write predictions to a file as they come, and tell how many there are so far.

    Returns:
        How many there were.

    Raises:
        SettingError: the file's name does not say what to write.
        DataError: the file is there already, or cannot be written; what was done before stays in `NAME.part`.
    """
    if out.suffix not in WRITERS:
        raise SettingError(f"--out {out} should end in {', '.join(WRITERS)}")
    if out.exists() and not overwrite:
        raise DataError(f"{out} is there already; replace it with --overwrite")
    # Nothing is written before the first answer, so that wrong input leaves no empty file.
    counted = Counted(predictions, progress)
    first = list(islice(counted, 1))
    with _part(out) as file:
        WRITERS[out.suffix](chain(first, counted), file)
    return counted.count


class Counted:
    """The same predictions, and how many have passed."""

    def __init__(self, predictions: Iterable[Prediction], progress: Callable[[int, None], None]) -> None:
        self.predictions = iter(predictions)
        self.progress = progress
        self.count = 0

    def __iter__(self) -> Iterator[Prediction]:
        for prediction in self.predictions:
            self.count += 1
            self.progress(self.count, None)
            yield prediction


@contextmanager
def _part(out: Path) -> Iterator[TextIO]:
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror or error}") from None


def _csv(predictions: Iterable[Prediction], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    for number, prediction in enumerate(predictions):
        if number == 0:
            writer.writerow(_header(prediction))
        writer.writerow([prediction.name, *_cells(prediction)])


def _header(prediction: Prediction) -> list[str]:
    doubts = prediction.uncertainty or {}
    if prediction.task != "classify":
        return ["path", *prediction.answers, *doubts]
    more = [f"{name}_{place}" for place in range(2, len(prediction.answers) + 1) for name in ("class", "score")]
    return ["path", "class", "score", *more, *doubts]


def _cells(prediction: Prediction) -> list[str]:
    doubts = [f"{value:.7g}" for value in (prediction.uncertainty or {}).values()]
    if prediction.task != "classify":
        return [*(f"{value:.7g}" for value in prediction.answers.values()), *doubts]
    return [*(cell for name, score in prediction.answers.items() for cell in (name, f"{score:.6f}")), *doubts]


def _json(predictions: Iterable[Prediction], file: TextIO) -> None:
    file.write("[")
    for number, prediction in enumerate(predictions):
        file.write(",\n " if number else "\n ")
        json.dump(prediction.document(), file, ensure_ascii=False)
    file.write("\n]\n")


def _jsonl(predictions: Iterable[Prediction], file: TextIO) -> None:
    for prediction in predictions:
        json.dump(prediction.document(), file, ensure_ascii=False)
        file.write("\n")


WRITERS: dict[str, Callable[[Iterable[Prediction], TextIO], None]] = {".csv": _csv, ".json": _json, ".jsonl": _jsonl}
