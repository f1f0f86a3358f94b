"""What is finished of a file that is being written, kept beside it: a folder with an empty file for each window.

Making a file is one step to everybody, on this machine and over a network, so several processes may mark windows at
once, and any may be killed at any instant.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from shutil import rmtree
from typing import Any

from svertka.data.replacing import replacing, settle
from svertka.data.windows.forms import Window, lengths

FACTS = "facts.json"


class Journal:
    """The folder; `facts` say what is being written, so that nothing else goes on with it."""

    def __init__(self, path: Path) -> None:
        self.folder = path.with_name(f".{path.name}.done")

    def begin(self, facts: Mapping[str, Any]) -> None:
        """Start anew."""
        self.end()
        self.folder.mkdir()
        with replacing(self.folder / FACTS) as part:
            part.write_text(json.dumps(facts, indent=1), encoding="utf-8")

    def facts(self) -> dict[str, Any] | None:
        """What was begun, or nothing."""
        try:
            found: dict[str, Any] = json.loads((self.folder / FACTS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def mark(self, window: Window) -> None:
        (self.folder / _name(window)).touch()
        settle(self.folder)

    def done(self, window: Window) -> bool:
        return (self.folder / _name(window)).exists()

    def finished(self) -> int:
        """How many places of the image are in windows that are finished, which do not overlap."""
        return sum(prod(lengths(window)) for window in self.windows())

    def windows(self) -> Iterator[Window]:
        """Those that are finished."""
        for entry in os.scandir(self.folder):
            if re.fullmatch(r"\d+-\d+(_\d+-\d+)*", entry.name):
                yield tuple(slice(*map(int, part.split("-"))) for part in entry.name.split("_"))

    def end(self) -> None:
        """Leave nothing; what was begun goes first, so that half a folder is none."""
        (self.folder / FACTS).unlink(missing_ok=True)
        rmtree(self.folder, ignore_errors=True)


def _name(window: Window) -> str:
    return "_".join(f"{part.start}-{part.stop}" for part in window)
