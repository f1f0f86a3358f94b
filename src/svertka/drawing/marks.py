"""Marks that can be seen on every ground."""

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from svertka.drawing.style import INK, SECOND

HALO = [withStroke(linewidth=2.2, foreground="white")]


def ring(axes: Axes, name: str, x: float, y: float) -> None:
    """A ring about a place, with its name beside it, both with a white border."""
    axes.plot(x, y, "o", ms=7, mfc="none", mec="white", mew=2.6, zorder=5)
    axes.plot(x, y, "o", ms=7, mfc="none", mec=SECOND, mew=1.4, zorder=5)
    axes.annotate(
        name, (x, y), (6, 4), textcoords="offset points", fontsize=7.5, color=INK, zorder=6, path_effects=HALO
    )
