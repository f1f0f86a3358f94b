"""Lines in the style of the other pictures: activations, trainings, costs."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from svertka.drawing.style import SERIES, STYLE, Picture

Lines = Mapping[str, ArrayLike]


def curves(
    *panels: Lines,
    x: ArrayLike | None = None,
    titles: Sequence[str] = (),
    xlabel: str = "",
    ylabel: str = "",
    scale: str = "linear",
) -> Picture:
    """Named lines over a common `x`, in one panel or in several side by side.

    Args:
        panels: For each panel, the values of every line by its name.
        x: Where the values stand; 1, 2, … by default, as epochs are counted.
        titles: One for each panel.
        xlabel: What `x` is, with its unit.
        ylabel: What the values are, with their unit.
        scale: That of the values, as matplotlib knows it: `linear`, `log`.
    """
    with mpl.rc_context({**STYLE, "axes.prop_cycle": cycler(color=SERIES)}):
        canvas = Picture(figsize=(max(5.2, 3.8 * len(panels)), 2.9), layout="constrained")
        for place, axes in enumerate(canvas.subplots(1, len(panels), squeeze=False)[0]):
            _panel(axes, panels[place], x)
            axes.set(xlabel=xlabel, yscale=scale, title=titles[place] if titles else "")
        canvas.axes[0].set_ylabel(ylabel)
        return canvas


def _panel(axes: Axes, lines: Lines, x: ArrayLike | None) -> None:
    for name, values in lines.items():
        places = range(1, len(list(values)) + 1) if x is None else x  # type: ignore[arg-type]
        axes.plot(places, values, label=name, linewidth=1.6)
    if len(lines) > 1:
        axes.legend()
