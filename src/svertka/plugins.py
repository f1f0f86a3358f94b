"""What other packages add to svertka, by entry points."""

import logging
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

log = logging.getLogger(__name__)


def offered(group: str) -> Iterator[Any]:
    """What stands under the entry point group `svertka.GROUP`; what cannot be loaded is said, and left out."""
    for entry in entry_points(group=f"svertka.{group}"):
        try:
            yield entry.load()
        except Exception as error:
            # A stranger's package may fail in any way; svertka works without it.
            log.warning("%s (%s) cannot be loaded and is left out: %s", entry.name, entry.value, error)
