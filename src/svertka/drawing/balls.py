"""The ball chart: what networks reach, against what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from svertka.drawing.style import FIRST, INK, SOFT, STYLE, Picture

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
        canvas = Picture(figsize=(10, 6.4), layout="constrained")
        axes = canvas.subplots()
        large = sorted(rows, key=lambda row: -row.parameters)  # small balls lie above large ones
        axes.scatter(
            [row.macs / 1e9 for row in large], [row.value for row in large], [AREA * row.parameters for row in large],
            color=FIRST, alpha=0.35, edgecolors=FIRST, linewidths=0.8,
        )  # fmt: skip
        axes.set(xscale="log", xlabel=f"multiply-adds for an image, G; areas: parameters. {note}", ylabel=label)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.margins(x=0.1, y=0.1)
        canvas.draw_without_rendering()
        taken: list[Bbox] = []
        for row in large[::-1]:
            taken.append(_named(axes, row, taken))
        return canvas


def _named(axes: Axes, row: Ball, taken: Sequence[Bbox]) -> Bbox:
    """Write a name beside its ball, at the nearest place where no other name stands; the box it fills."""
    for distance in range(3, 120, 3):
        for across, up in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            text = axes.annotate(
                row.name, (row.macs / 1e9, row.value), textcoords="offset points", fontsize=7, color=INK,
                xytext=(4 * across, up * distance), ha="left" if across > 0 else "right", va="center",
            )  # fmt: skip
            box = text.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                return box
            text.remove()
    return axes.annotate(row.name, (row.macs / 1e9, row.value), fontsize=7, color=SOFT).get_window_extent()
