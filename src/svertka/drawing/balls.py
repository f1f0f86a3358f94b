"""The ball chart: what networks reach, against what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from svertka.drawing.style import FIRST, INK, SOFT, STYLE

AREA = 9e-6  # points squared for each parameter


@dataclass(frozen=True)
class Ball:
    """One network: multiply-adds, what it reaches, and parameters."""

    name: str
    macs: int
    value: float
    parameters: int


def balls(rows: Sequence[Ball], *, label: str, note: str) -> Figure:
    """Values against multiply-adds, areas in proportion to parameters; as Canziani et al., arXiv:1605.07678."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(10, 6.4), layout="constrained")
        axes = canvas.subplots()
        large = sorted(rows, key=lambda row: -row.parameters)  # small balls lie above large ones
        axes.scatter(
            [row.macs / 1e9 for row in large], [row.value for row in large], [AREA * row.parameters for row in large],
            color=FIRST, alpha=0.35, edgecolors=FIRST, linewidths=0.8,
        )  # fmt: skip
        for row in large:
            axes.annotate(
                row.name, (row.macs / 1e9, row.value), textcoords="offset points", xytext=(4, 4), fontsize=7, color=INK
            )
        axes.set(xscale="log", xlabel="multiply-adds for an image, G", ylabel=label)
        axes.margins(x=0.08, y=0.08)
        canvas.text(0.995, 0.005, f"area: parameters. {note}", ha="right", va="bottom", fontsize=7, color=SOFT)
        return canvas
