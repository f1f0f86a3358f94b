"""Which sample was for what, written down."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from svertka.errors import RunError


class Row(NamedTuple):
    """A sample by the name that stays when the data moves, its part, and a digest of its ready pixels."""

    key: str
    part: str
    digest: str


def written(rows: Iterable[Row]) -> str:
    """The rows as CSV."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)
    return file.getvalue()


def read_split(path: Path) -> list[Row]:
    """The rows in a file.

    Raises:
        RunError: it is missing or damaged.
    """
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            header, *rows = csv.reader(file)
            if tuple(header) != Row._fields:
                raise ValueError(f"its columns are {', '.join(header)}")
            return [Row(*row) for row in rows]
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise RunError(f"{path} is missing or damaged: {error}") from None


def places(rows: Sequence[Row], keys: Iterable[str]) -> list[int | None]:
    """Where the sample of each row stands among these keys, or nothing; a key that occurs twice is met in order."""
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        waiting[key].append(place)
    for found in waiting.values():
        found.reverse()
    return [waiting[row.key].pop() if waiting[row.key] else None for row in rows]
