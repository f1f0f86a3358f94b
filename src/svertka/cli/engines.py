"""What the verbs optimise and export say."""

from rich.console import Group

from svertka.cli.output import Row, facts, table
from svertka.deploying import Exported, Optimised
from svertka.deploying.optimising import Row as Trial


def told(found: Optimised) -> Group:
    """Engine by engine how fast it is and how far its answers are from the network's, and which one is taken."""
    figures = any(row.check is not None and row.check.after is not None for row in found.rows)
    columns = ["engine", "ms", "90%", "images/s", "faster", "error", "changed", *(["figure"] * figures), "remark"]
    first = found.rows[0].ms or 0.0
    rows = [_row(row, first, figures=figures, best=row.name == found.best) for row in found.rows]
    return Group(table(columns, rows, texts="engine remark"), "", facts(_summary(found)))


def _row(row: Trial, first: float, *, figures: bool, best: bool) -> Row:
    check = row.check
    return [
        row.name,
        _number(row.ms, ".2f"),
        _number(row.ms90, ".2f"),
        _number(row.images_per_second, ",.0f"),
        _number(first / row.ms if row.ms else None, ".2f"),
        _number(check.error if check else None, ".1e"),
        _number(check.changed if check else None, ".2%"),
        *([_number(check.after if check else None, ".4f")] * figures),
        row.refused or ("taken" if best else ""),
    ]


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _summary(found: Optimised) -> list[Row]:
    taken = found.kept.summary if found.kept else f"the network {found.best}: nothing is faster"
    return [
        ("measured", f"calls of {found.batch} images, {found.precision}, {found.threads} threads"),
        ("compared on", found.images),
        ("taken", taken),
        ("run", found.run),
    ]


def written(made: Exported) -> Group:
    """What was written, and how it compares."""
    return Group(
        facts(
            [
                ("input", f"{made.input}: {' × '.join(map(str, made.shape))}"),
                ("output", made.output),
                ("largest error", f"{made.error:.1e} of its deviation"),
                *[("compared on", what) for what in made.compared],
                *[("file", file) for file in made.files],
            ]
        )
    )
