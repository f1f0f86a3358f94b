"""How one quantity grows with another: points joined by lines, each series with places of its own."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes

from svertka.drawing.style import SERIES, SOFT, STYLE, Picture

Trend = tuple[Sequence[float], Sequence[float]]  # where the points stand, and how high


def trends(
    *panels: Mapping[str, Trend],
    xlabels: Sequence[str],
    ylabel: str,
    guides: Mapping[str, Trend] | None = None,
    titles: Sequence[str] = (),
    xscale: str = "linear",
    yscale: str = "log",
) -> Picture:
    """Named series, in one panel or in several side by side with a common scale of values.

    Args:
        panels: for each panel, the places and values of every series by its name.
        xlabels: what the places are in each panel, with their unit.
        ylabel: what the values are, with their unit.
        guides: lines to compare with in every panel, dashed.
        titles: one for each panel.
        xscale: that of the places: `linear`, or `log` with ticks at powers of two.
        yscale: that of the values, as matplotlib knows it.
    """
    with mpl.rc_context({**STYLE, "axes.prop_cycle": cycler(color=SERIES)}):
        canvas = Picture(figsize=(max(5.8, 4.2 * len(panels)), 3.4), layout="constrained")
        for place, axes in enumerate(canvas.subplots(1, len(panels), squeeze=False, sharey=True)[0]):
            _panel(axes, panels[place], guides or {})
            if xscale == "log":
                axes.set_xscale("log", base=2)
                axes.xaxis.set_major_formatter("{x:g}")
            axes.set(xlabel=xlabels[place], yscale=yscale, title=titles[place] if titles else "")
        canvas.axes[0].set_ylabel(ylabel)
        canvas.axes[-1].legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8)
        return canvas


def _panel(axes: Axes, series: Mapping[str, Trend], guides: Mapping[str, Trend]) -> None:
    for name, (places, values) in series.items():
        axes.plot(places, values, label=name, linewidth=1.6, marker="o", markersize=3.5)
    for place, (name, (places, values)) in enumerate(guides.items()):
        side = "bottom" if place % 2 else "top"  # neighbours end close to each other
        axes.plot(places, values, color=SOFT, linewidth=0.9, linestyle="--")
        axes.annotate(
            name, (places[-1], values[-1]), fontsize=7, color=SOFT, va=side, xytext=(3, 0), textcoords="offset points"
        )
