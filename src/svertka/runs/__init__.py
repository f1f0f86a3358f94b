"""Run folders: everything one training leaves behind, and all that is needed to use it or to go on with it."""

from svertka.runs.atomic import write
from svertka.runs.facts import Asked, Facts
from svertka.runs.folder import Run, check_free, free_name, is_run, new_run, open_run
from svertka.runs.split import Row, places

__all__ = [
    "Asked",
    "Facts",
    "Row",
    "Run",
    "check_free",
    "free_name",
    "is_run",
    "new_run",
    "open_run",
    "places",
    "write",
]
