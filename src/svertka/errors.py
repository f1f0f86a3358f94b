"""Everything svertka raises on purpose.

    SvertkaError
    ├── ShapeError      (ValueError)   sizes that cannot fit together
    ├── UnknownName     (LookupError)  no such network, data set or setting; offers the nearest
    ├── DataError       (ValueError)   a file or data set that cannot be used; names the file
    ├── SettingError    (ValueError)   a setting of the wrong kind or out of range
    ├── RunError        (ValueError)   a run folder that cannot be made, read or restored
    ├── ClusterError    (ConnectionError)  machines that cannot be reached, or are lost
    ├── TrainingError   (ArithmeticError)  training that went wrong, as by a loss that is not finite
    └── MissingExtra    (ImportError)  an optional part that is not installed; says how

A message is one line: what was wanted, what was found, what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class SvertkaError(Exception):
    """Base of the family: catch this to catch them all."""


class ShapeError(SvertkaError, ValueError):
    """Sizes that cannot fit together."""


class UnknownName(SvertkaError, LookupError):
    """A name that is not on the list; the message offers the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        near = get_close_matches(name, list(known), n=3)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        super().__init__(f"no {kind} is called {name!r}{hint}")


class DataError(SvertkaError, ValueError):
    """A file or data set that cannot be used."""


class SettingError(SvertkaError, ValueError):
    """A setting of the wrong kind or out of range."""


class RunError(SvertkaError, ValueError):
    """A run folder that cannot be made, read or restored."""


class ClusterError(SvertkaError, ConnectionError):
    """Machines that cannot be reached, or are lost."""


class TrainingError(SvertkaError, ArithmeticError):
    """Training that went wrong."""


class MissingExtra(SvertkaError, ImportError):
    """An optional part that is not installed."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(f"{what} needs {package}, which is not installed; run: pip install 'svertka[{extra}]'")
