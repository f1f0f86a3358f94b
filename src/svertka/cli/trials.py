"""What the verb reproduce says."""

from typing import Any

from rich.console import Group

from svertka.claims import Reproduced, claims
from svertka.claims.writing import PICTURE
from svertka.claims.writing import told as cell_told
from svertka.cli.output import facts, table


def listed() -> list[dict[str, Any]]:
    """Every claim with what it says and what its sizes do."""
    return [
        {
            "name": claim.name, "says": claim.says, "paper": claim.paper, "quick": claim.quick, "full": claim.full,
            "needs": claim.needs,
        }
        for claim in claims()
    ]  # fmt: skip


def table_of_claims() -> Any:
    """The same for people."""
    rows = [[claim.name, claim.needs or "–", claim.says] for claim in claims()]
    return table(["claim", "data", "it says"], rows, texts="claim data it says")


def told(made: Reproduced) -> Group:
    """The table, what is to be said of it, and where everything lies."""
    found = made.findings
    rows = [[cell_told(cell) for cell in row] for row in found.rows]
    words = [name for place, name in enumerate(found.columns) if any(isinstance(row[place], str) for row in found.rows)]
    remarks = [("remark", remark) for remark in found.remarks]
    where = [("picture", str(made.path / f"{PICTURE}.png")), ("folder", str(made.path))]
    return Group(table(found.columns, rows, texts=" ".join(words)), "", facts([*remarks, *where]))
