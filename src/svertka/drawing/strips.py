"""Steps of an operator, as a strip of pictures and as a film."""

from collections.abc import Sequence
from math import ceil

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from svertka.drawing.cells import Cells, drawn, sheet
from svertka.drawing.films import Film
from svertka.drawing.steps import Step
from svertka.drawing.style import SOFT, STYLE, Picture

MARGIN, ARROW = 0.6, 1.4  # cells around a step, and between what it reads and what it makes
WIDE = 7.6  # inches: a strip is as wide as a page


def strip(steps: Sequence[Step], *, only: Sequence[int] | None = None, columns: int = 3) -> Picture:
    """Steps side by side, in rows: on the left what is read, on the right what is made so far.

    Args:
        steps: As `sliding`, `pooling` and `spreading` give them.
        only: Which of them, from 0; all by default.
        columns: How many stand in a row.
    """
    shown = list(steps) if only is None else [steps[place] for place in only]
    wide, high = size(shown[0])
    columns = min(columns, len(shown))
    rows = ceil(len(shown) / columns)
    with mpl.rc_context(STYLE):
        canvas, axes = sheet(wide * columns, high * rows, side=min(0.34, WIDE / (wide * columns)))
        for place, step in enumerate(shown):
            row, column = divmod(place, columns)
            step_drawn(axes, step, column * wide, row * high, _scales(steps))
        return canvas


def film(steps: Sequence[Step], *, seconds: float = 0.7) -> Film:
    """Steps one after another."""
    return Film([_alone(step, _scales(steps)) for step in steps], seconds)


def size(step: Step) -> tuple[float, float]:
    """How many cells wide and high the picture of a step is."""
    high = max(len(step.before), len(step.after)) + 2 * MARGIN
    return step.before.shape[1] + step.after.shape[1] + ARROW + 2 * MARGIN, high


def step_drawn(axes: Axes, step: Step, left: float, top: float, scales: tuple[float, float]) -> None:
    """Draw a step with the upper left corner of its picture at `(left, top)`."""
    height = max(len(step.before), len(step.after))
    across = left + MARGIN
    before = Cells(step.before, marked=step.seen, faint=step.padded, scale=scales[0])
    drawn(axes, before, across, top + MARGIN + (height - len(step.before)) / 2)
    across += step.before.shape[1]
    axes.text(across + ARROW / 2, top + MARGIN + height / 2, "→", ha="center", va="center", fontsize=12, color=SOFT)
    after = Cells(step.after, marked=step.made, scale=scales[1])
    drawn(axes, after, across + ARROW, top + MARGIN + (height - len(step.after)) / 2)


def _alone(step: Step, scales: tuple[float, float]) -> Picture:
    with mpl.rc_context(STYLE):
        canvas, axes = sheet(*size(step), side=0.38)
        step_drawn(axes, step, 0, 0, scales)
        return canvas


def _scales(steps: Sequence[Step]) -> tuple[float, float]:
    """The same colours for the same numbers in every step."""
    return _greatest(steps[0].before), max(_greatest(step.after) for step in steps)


def _greatest(values: NDArray[np.float64]) -> float:
    known = np.abs(values[np.isfinite(values)])
    return float(known.max(initial=0)) or 1.0
