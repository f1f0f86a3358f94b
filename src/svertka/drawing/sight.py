"""What a layer sees of an image: its receptive field, and how much each place of that counts."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from svertka.drawing.style import FIRST, SECOND, STYLE, Picture
from svertka.measure.fields import Field


def sight(effective: NDArray[np.float64], field: Field, places: tuple[int, ...], title: str) -> Figure:
    """The effective field of the middle of `places`, with the border of the theoretical one; volumes are summed up."""
    plane = effective.sum(axis=0) if effective.ndim == 3 else effective
    with mpl.rc_context(STYLE):
        canvas = Picture(figsize=(5.6, 5.2) if plane.ndim == 2 else (7, 3), layout="constrained")
        axes = canvas.subplots()
        if plane.ndim == 1:
            axes.plot(plane / plane.max(), color=FIRST, linewidth=0.8)
            axes.set(ylabel="share of the greatest")
        else:
            axes.imshow(np.sqrt(plane / plane.max()), cmap="Blues")
            axes.grid(visible=False)
        if not field.whole:
            axes.add_patch(_border(*bounds(field, places), flat=plane.ndim == 2))
        axes.set(title=title)
        return canvas


def bounds(field: Field, places: tuple[int, ...]) -> tuple[list[float], list[int]]:
    """The first sample that the middle of so many places sees along each axis, and how many it sees."""
    low = [start + jump * (count // 2) for start, jump, count in zip(field.start, field.jump, places, strict=True)]
    return low, list(field.size)


def _border(low: list[float], size: list[int], *, flat: bool) -> Rectangle:
    """A frame around the samples; in a curve from bottom to top."""
    corner = (low[-1] - 0.5, low[-2] - 0.5 if flat else 0.0)
    return Rectangle(corner, size[-1], size[-2] if flat else 1.0, fill=False, color=SECOND, linewidth=1.2)
