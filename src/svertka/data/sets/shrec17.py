"""SHREC17: folders of meshes, one for each part, and beside them tables of their classes.

    train.csv               id,synsetId,subSynsetId,modelId,split
    train_perturbed         000003.obj and so on, each turned at random; or train_normal, all upright
    val.csv val_perturbed   likewise, and for test

Labels of the test part were held back at first: where there is no test.csv, its shapes are left out.
"""

import csv
import logging
from pathlib import Path

from svertka.data.datasets import PARTS, DataSet, Origin, classified
from svertka.data.formats.shapes import ENDINGS
from svertka.data.samples import Files
from svertka.data.sets.registry import Layout, opening, register
from svertka.errors import DataError, UnknownName
from svertka.settings import DataSettings

log = logging.getLogger(__name__)

POSES = ("perturbed", "normal")
ID, CLASS = "id", "synsetId"
ID_DIGITS, SYNSET_DIGITS = 6, 8  # spreadsheets take leading zeros away


def matches(root: Path) -> bool:
    """Whether there is a folder of shapes to train on as SHREC17 names it."""
    return any((root / f"train_{pose}").is_dir() for pose in POSES)


def read(root: Path, settings: DataSettings) -> DataSet:
    """Every shape whose class is known; classes are of the column `--target`, synsetId by default.

    Raises:
        DataError: there is no table of the training part, or one cannot be read; no shape has a class.
        UnknownName: a table has no such column.
    """
    pose = _pose(root)
    paths, labels, marks = [], [], []
    for part in PARTS:
        found = _labelled(root, part, pose, settings.target or CLASS)
        paths += list(found)
        labels += list(found.values())
        marks += [part] * len(found)
    if not paths:
        raise DataError(f"{root} holds no shape that its tables name: wanted train_{pose}/000003.obj for the id 000003")
    return classified(
        Origin(root.resolve().name, str(root), "SHREC17", Files(paths, root, opening(settings)), marks), labels
    )


def _pose(root: Path) -> str:
    """The first kind of folders that is there."""
    there = [pose for pose in POSES if (root / f"train_{pose}").is_dir()]
    if len(there) > 1:
        log.warning("%s holds shapes perturbed and normal; the perturbed are read, as long as they are there", root)
    return there[0]


def _labelled(root: Path, part: str, pose: str, column: str) -> dict[Path, str]:
    """The shapes of a part with their classes, in order of their names."""
    folder, table = root / f"{part}_{pose}", root / f"{part}.csv"
    if not folder.is_dir():
        return {}
    shapes = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not table.exists():
        if part == "train":
            raise DataError(f"there is no {table}, which should hold the classes of {folder.name}")
        log.warning("%s: %d shapes are left out, for there is no %s", folder, len(shapes), table.name)
        return {}
    known = _classes(table, column)
    unknown = [path.name for path in shapes if path.stem not in known]
    if unknown:
        log.warning(
            "%s: %d shapes without a class in %s are left out, the first %s",
            folder,
            len(unknown),
            table.name,
            unknown[0],
        )
    return {path: known[path.stem] for path in shapes if path.stem in known}


def _classes(table: Path, column: str) -> dict[str, str]:
    """What a table's column says of each id."""
    try:
        reader = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table} cannot be read as CSV: {error}") from None
    columns = list(reader.fieldnames or [])
    if ID not in columns:
        raise DataError(f"{table} has the columns {', '.join(columns)}; wanted {ID},{CLASS},subSynsetId,modelId,split")
    if column not in columns:
        raise UnknownName("column", column, columns)
    return {str(row[ID]).zfill(ID_DIGITS): row[column].zfill(SYNSET_DIGITS) for row in rows if row[column]}


SHREC17 = register(Layout("SHREC17", matches=matches, open=read))
