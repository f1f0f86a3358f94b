"""Figures side by side: for each name a bar of each series, as published beside reached."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl

from svertka.drawing.style import INK, SERIES, STYLE, Picture

WIDTH = 0.8  # of all bars of a name, where 1 is the step to the next


def bars(names: Sequence[str], series: Mapping[str, Sequence[float | None]], *, label: str) -> Picture:
    """Bars from left to right, with their values above them; what is not known is left out.

    Args:
        names: what is compared.
        series: for each colour, its value for every name.
        label: what the values are, with their unit.
    """
    step = WIDTH / len(series)
    wide = max(3.0, len(names) * (0.4 * len(series) + 0.3))
    with mpl.rc_context(STYLE):
        canvas = Picture(figsize=(wide + 2.2, 3.2), layout="constrained")
        axes = canvas.subplots()
        for place, (name, values) in enumerate(series.items()):
            known = [(spot, value) for spot, value in enumerate(values) if value is not None]
            left = [spot + step * (place - (len(series) - 1) / 2) for spot, _ in known]
            heights = [value for _, value in known]
            drawn = axes.bar(left, heights, 0.9 * step, label=name, color=SERIES[place])
            axes.bar_label(drawn, fmt="{:.3g}", fontsize=7, color=INK, padding=1)
        axes.set_xticks(range(len(names)), [name.replace(", ", ",\n") for name in names])
        axes.grid(visible=False, axis="x")
        axes.set_ylabel(label)
        if len(series) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        return canvas
