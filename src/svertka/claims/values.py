"""A claim of the literature, what is asked when it is tried again, and what was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from matplotlib.figure import Figure

Cell = str | int | float | None
Size = Literal["quick", "full"]


@dataclass(frozen=True)
class Work:
    """How a claim is to be tried: how large, with which data, and in which folder trainings may leave their runs."""

    folder: Path
    size: Size = "quick"
    data: Path | None = None
    seed: int = 0

    @property
    def full(self) -> bool:
        """Whether it is to be tried at its whole size."""
        return self.size == "full"


@dataclass(frozen=True)
class Findings:
    """A table with what was published beside what was reached, its picture, and with which settings it was made."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    picture: Figure
    settings: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """One claim: its name, what it says in a sentence, where, what both sizes do, and the function that tries it.

    `needs` is the name of the data set, empty where none is needed.
    """

    name: str
    says: str
    paper: str
    quick: str
    full: str
    tried: Callable[[Work], Findings]
    needs: str = ""
