"""A table of paths and what is known of each: CSV with a line of names, or a JSON object in each line."""

import csv
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet, Origin, placed
from svertka.data.samples import Files
from svertka.data.sets.registry import Layout, opening, register
from svertka.data.sets.targets import outlined, with_targets
from svertka.data.truths import Itself
from svertka.errors import DataError, UnknownName
from svertka.settings import DataSettings

log = logging.getLogger(__name__)

ENDINGS = (".csv", ".tsv", ".jsonl")
PATHS = ("path", "file", "filename", "filepath", "image", "image_path", "name")
LABELS = ("label", "labels", "class", "category", "target_class", "y")
MEANS = {"classify": "classes", "regress": "numbers", "next": "conditions"}
MASKS = ("mask", "masks", "mask_path", "segmentation")
SPLITS = ("split", "part", "subset", "set")
PARTS = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip

Row = Mapping[str, Any]


def read(path: Path, settings: DataSettings) -> DataSet:
    """The files named in a table; paths count from the table's own folder."""
    rows = _rows(path)
    columns = list(rows[0])
    where = _where(columns)
    split = next((column for column in columns if column.lower() in SPLITS), None)
    mask = next((column for column in columns if column.lower() in MASKS), None)
    if mask and settings.target is None and settings.task in ("auto", "segment"):
        return _outlined(path, rows, mask, split, settings)
    wanted = _wanted(columns, settings.target, {where, split})
    if not wanted and settings.task == "next":
        return placed(_origin(path, rows, split, settings), Itself())
    if not wanted:
        raise DataError(f"{path} has no column but {', '.join(columns)}: wanted a path and a label, or numbers")
    values = _values(path, rows, wanted)
    if settings.task == "auto":
        settings = settings.but(task=_task(values))
    log.info("%s: images from column %s, and from %s %s", path.name, where, ", ".join(wanted), MEANS[settings.task])
    return with_targets(_origin(path, rows, split, settings), values, settings, columns=wanted)


def _origin(path: Path, rows: Sequence[Row], split: str | None, settings: DataSettings) -> Origin:
    files = Files(_files(path, rows), path.parent, opening(settings))
    marks = [_part(path, row[split]) for row in rows] if split else None
    return Origin(path.stem, str(path), "manifest", files, marks)


def _outlined(path: Path, rows: Sequence[Row], mask: str, split: str | None, settings: DataSettings) -> DataSet:
    """Images with the masks that a column names."""
    log.info("%s: images from column %s, and masks from %s", path.name, _where(list(rows[0])), mask)
    indexed = replace(opening(settings), indexed=True)
    outlines = Files([path.parent / str(row[mask]) for row in rows], path.parent, indexed)
    return outlined(_origin(path, rows, split, settings), outlines, settings)


def files(path: Path) -> list[Path]:
    """The files that a table names, whatever else it says of them.

    Raises:
        DataError: it cannot be read, or has no rows.
    """
    return _files(path, _rows(path))


def _files(path: Path, rows: Sequence[Row]) -> list[Path]:
    where = _where(list(rows[0]))
    return [path.parent / str(row[where]) for row in rows]


def _where(columns: Sequence[str]) -> str:
    """The column of paths: one that is called so, or the first."""
    return next((column for column in columns if column.lower() in PATHS), columns[0])


def _rows(path: Path) -> list[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows: list[Row] = (
            [json.loads(line) for line in text.split("\n") if line.strip()] if _is_json(path) else _csv(path, text)
        )
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as {path.suffix[1:].upper()}: {error}") from None
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path} has no rows: wanted a path and a label, or numbers, in each")
    for number, row in enumerate(rows):
        if set(row) != set(rows[0]) or None in row or None in row.values():
            raise DataError(f"{path}, row {number + 1} has other columns than the first: {row}")
        if "" in row.values():
            raise DataError(f"{path}, row {number + 1} has an empty cell: {row}")
    return rows


def _csv(path: Path, text: str) -> list[Row]:
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(StringIO(text), delimiter=delimiter)
    columns = list(reader.fieldnames or [])
    if len(set(columns)) < len(columns):
        raise DataError(f"{path} has columns of one name: {', '.join(columns)}")
    return list(reader)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".jsonl"


def _wanted(columns: Sequence[str], target: str | None, taken: set[str | None]) -> list[str]:
    if target is None:
        return [column for column in columns if column not in taken]
    wanted = [column.strip() for column in target.split(",")]
    for column in wanted:
        if column not in columns:
            raise UnknownName("column", column, columns)
    return wanted


def _values(path: Path, rows: Sequence[Row], columns: Sequence[str]) -> NDArray[Any]:
    """Numbers where all are; else texts, of which there may be one column."""
    table = np.array([[str(row[column]) for column in columns] for row in rows])
    if len(columns) == 1 and columns[0].lower() in LABELS:
        return table
    try:
        return table.astype(np.float64)
    except ValueError as error:
        if len(columns) == 1:
            return table
        names = ", ".join(columns)
        raise DataError(f"{path}: columns {names} are not all numbers ({error}); choose with --target") from None


def _task(values: NDArray[Any]) -> str:
    """Texts are classes, and so is what a column called label holds; other numbers are numbers."""
    return "classify" if values.dtype.kind == "U" else "regress"


def _part(path: Path, mark: object) -> str:
    if str(mark).lower() not in PARTS:
        raise DataError(f"{path}: {mark!r} is no part; wanted train, val or test")
    return PARTS[str(mark).lower()]


MANIFESTS = register(Layout("manifest", matches=lambda path: path.suffix.lower() in ENDINGS, open=read))
