"""What a claim's folder holds.

table.csv       the table, for programs
table.md        the table with the claim's words, for people
picture.png     the picture, and as picture.svg
claim.json      all of it, with the settings and the versions; written last
runs            the trainings, where there were any
"""

import csv
import json
from collections.abc import Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from svertka.claims.values import Cell, Findings
from svertka.drawing.style import STYLE
from svertka.drawing.style import written as drawn
from svertka.errors import RunError
from svertka.runs import write

TABLE, PAGE, PICTURE, DOCUMENT = "table.csv", "table.md", "picture", "claim.json"
RUNS = "runs"


def check_place(folder: Path, *, overwrite: bool) -> None:
    """See that a claim's folder may be made here; one that was begun and not finished may be gone on with.

    Raises:
        RunError: something is there already.
    """
    if (folder / DOCUMENT).exists():
        if not overwrite:
            raise RunError(f"{folder} holds a claim already; replace it with --overwrite, or name another folder")
    elif folder.exists() and not (folder.is_dir() and {path.name for path in folder.iterdir()} <= {RUNS}):
        raise RunError(f"{folder} is there already and holds no claim; name another folder")


def store(folder: Path, findings: Findings, about: Mapping[str, Any]) -> None:
    """Write a claim's folder.

    Args:
        folder: is made where it is not there.
        findings: the table and the picture.
        about: what else is to be known: the claim, the size, the settings, the versions.

    Raises:
        RunError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make the folder {folder}: {error.strerror or error}") from None
    write(folder / TABLE, as_csv(findings))
    write(folder / PAGE, as_markdown(findings, about))
    write(folder / f"{PICTURE}.svg", drawn(findings.picture))
    write(folder / f"{PICTURE}.png", as_png(findings.picture))
    write(folder / DOCUMENT, json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def as_csv(findings: Findings) -> str:
    """The table with a line of names; what is not known is left empty."""
    file = StringIO()
    csv.writer(file, lineterminator="\n").writerows([findings.columns, *findings.rows])
    return file.getvalue()


def as_markdown(findings: Findings, about: Mapping[str, Any]) -> str:
    """The table, above it what is claimed and below it what is to be said of the figures."""
    lines = [f"| {' | '.join(cells)} |" for cells in (findings.columns, ["---"] * len(findings.columns))]
    lines += [f"| {' | '.join(map(told, row))} |" for row in findings.rows]
    head = [f"# {about['name']}", "", f"{about['says']} ({about['paper']})", "", f"    {about['command']}", ""]
    return "\n".join([*head, *lines, "", *(f"* {remark}" for remark in findings.remarks)]).rstrip() + "\n"


def as_png(picture: Figure) -> bytes:
    """The picture in pixels."""
    file = BytesIO()
    with mpl.rc_context(STYLE):
        picture.savefig(file, format="png", dpi=160)
    return file.getvalue()


def told(cell: Cell) -> str:
    """A cell as a person reads it: three digits or four, and a dash for what is not known."""
    if cell is None:
        return "–"
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)
