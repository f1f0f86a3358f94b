"""Which samples to evaluate on: never, unless asked, those the network was trained on."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from svertka.data.datasets import DataSet
from svertka.data.preprocess import Preprocess
from svertka.data.samples import Indices
from svertka.data.stores import OnDemand, blocks, digest
from svertka.errors import DataError
from svertka.inference import Predictor
from svertka.runs import Row, Run, places

log = logging.getLogger(__name__)

SEEN = ("train", "val")


@dataclass(frozen=True)
class Selection:
    """The places of the samples, and the name of the part they make."""

    indices: Indices
    part: str


def fitted(data: DataSet, predictor: Predictor) -> DataSet:
    """The same data with the network's classes, or its numbers, in the network's order.

    Raises:
        DataError: it has others.
    """
    names = predictor.names
    if predictor.facts.task in ("regress", "forecast"):
        if sorted(data.columns) != sorted(names):
            found = _listed(data.columns) or "classes"
            raise DataError(f"{data.source} has {found}, but this network gives {_listed(names)}")
        if data.truth is not None:
            return data
        return data.labelled(data.targets[:, [data.columns.index(name) for name in names]], names)
    unknown = [name for name in data.classes if name not in names]
    if unknown or bool(data.classes) != bool(names):
        found = f"classes {_listed(unknown)}" if unknown else "numbers"
        raise DataError(f"{data.source} has {found}, but this network was trained on {_listed(names)}")
    if predictor.facts.task == "segment":
        return data.ordered(names)
    places = np.array([names.index(name) for name in data.classes], dtype=np.int64)
    return data if not names else data.labelled(places[data.targets], names)


def select(data: DataSet, run: Run, source: OnDemand, part: str) -> Selection:
    """The samples of a part; auto is the data's own test part, else all that the network has not seen in training.

    Raises:
        DataError: there are none.
    """
    if part == "all":
        return Selection(np.arange(len(data)), "all")
    rows = _rows(data, run)
    marks = np.array([row.part if row else "" for row in rows], dtype="<U5")
    parts = np.where(data.parts == "", marks, data.parts)
    wanted = "test" if part == "auto" else part
    if part != "auto" or data.given("test"):
        return _found(np.flatnonzero(parts == wanted), wanted, data)
    seen = np.flatnonzero(np.isin(parts, SEEN))
    own = _same(data.source, run.asked.data)
    if not own:
        seen = seen[_equal(seen, source, [row.digest if (row := rows[index]) else "" for index in seen])]
    rest = np.setdiff1d(np.arange(len(data)), seen)
    if len(seen) and not own:
        log.info("%d samples that the network was trained on are left out; --part all takes them too", len(seen))
    return _found(rest, "test" if len(seen) else "all", data)


def unseen(
    selection: Selection, data: DataSet, others: Iterable[tuple[Run, Preprocess]], source: OnDemand, part: str
) -> Selection:
    """Those of a selection that are in the same part of other runs too, so that none of them has seen what is tested.

    Raises:
        DataError: there are none.
    """
    indices = selection.indices
    for run, preprocess in others:
        theirs = select(data, run, replace(source, preprocess=preprocess), part)
        indices = np.intersect1d(indices, theirs.indices)
        if len(indices) == 0:
            raise DataError(
                f"{data.source} has no samples of the {selection.part} part that no run was trained on; train "
                f"runs that are to be tested together with one --seed, or on data with a test part of its own"
            )
    if left := len(selection.indices) - len(indices):
        log.warning("%d samples are left out, for one of the other runs was trained on them", left)
    return Selection(indices, selection.part)


def trained(data: DataSet, run: Run) -> Indices:
    """The places of the samples that the network was trained on."""
    return np.flatnonzero(np.array([row is not None and row.part == "train" for row in _rows(data, run)]))


def _rows(data: DataSet, run: Run) -> list[Row | None]:
    """What the run has written down of each sample."""
    rows: list[Row | None] = [None] * len(data)
    split = run.split
    for row, place in zip(split, places(split, map(data.samples.key, range(len(data)))), strict=True):
        if place is not None:
            rows[place] = row
    return rows


def _found(indices: Indices, part: str, data: DataSet) -> Selection:
    if len(indices) == 0:
        raise DataError(f"{data.source} has no samples of the {part} part that the network has not seen; see --part")
    return Selection(indices, part)


def _equal(seen: Indices, source: OnDemand, digests: list[str]) -> NDArray[np.bool_]:
    """Which of these samples are, to the last pixel, what the network was trained on, and not only called the same."""
    found = [digest(image) for block in blocks(len(seen), source.preprocess) for image in source.take(seen[block])]
    return np.array([one == other for one, other in zip(found, digests, strict=True)], dtype=bool)


def _same(one: str, other: str) -> bool:
    return one == other or Path(one).resolve() == Path(other).resolve()


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown
