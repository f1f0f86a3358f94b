"""What a command says: results on stdout, everything else on stderr."""

import json
import logging
import sys
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Group, Parameter
from pydantic import BaseModel, ConfigDict
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from svertka.settings import OFF

OUTPUT = Parameter(group=Group("Output", sort_key=9))
WIDE = 500

Row = Sequence[object]


@Parameter(name="*")
class Output(BaseModel):
    """How a command answers."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    json_: Annotated[bool, OUTPUT, OFF, Parameter(name="--json")] = False
    """Answer with one JSON document on stdout; everything else goes to stderr."""

    quiet: Annotated[bool, OUTPUT, OFF] = False
    """Say nothing but the answer, warnings and errors."""

    debug: Annotated[bool, OUTPUT, OFF] = False
    """Show where an error comes from."""

    def console(self) -> Console:
        """Where notes and progress go; notes of the library are sent there."""
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        logger = logging.getLogger("svertka")
        logger.handlers = [Notes(console)]
        logger.setLevel(logging.WARNING if self.quiet else logging.INFO)
        logger.propagate = False
        return console

    def answer(self, document: Any, text: RenderableType) -> None:
        """Print the answer, for programs or for people."""
        if self.json_:
            json.dump(document, sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
            sys.stdout.write("\n")
        else:
            # A pipe has no width: let every line be as long as it is.
            Console(highlight=False, width=None if sys.stdout.isatty() else WIDE).print(text)


class Notes(logging.Handler):
    """Sends what the library says to the console, below a progress bar or without one."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        style = "yellow" if record.levelno >= logging.WARNING else None
        self.console.print(record.getMessage(), style=style, markup=False)


def table(columns: Sequence[str], rows: Sequence[Row], *, texts: str) -> Table:
    """A plain table; the columns named in `texts` hold words, the others numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, justify="left" if column in texts.split() else "right", no_wrap=True)
    for row in rows:
        made.add_row(*(Text(written(cell)) for cell in row))  # brackets are brackets
    return made


def facts(rows: Sequence[Row]) -> Table:
    """Names with what there is to say of each."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for row in rows:
        made.add_row(*(Text(written(cell)) for cell in row))  # brackets are brackets
    return made


def written(value: object) -> str:
    """A value as a person reads it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def amount(count: int) -> str:
    """A large number in three digits: 40.6 M."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)
