"""Which channels feed which: grouped, depthwise and pointwise convolutions as diagrams."""

from collections.abc import Iterator
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from svertka.drawing.cells import sheet
from svertka.drawing.style import INK, SERIES, SOFT, STYLE, Picture
from svertka.errors import ShapeError

APART, BOX = 4.2, 0.72  # cells between two columns of channels; side of a channel


@dataclass(frozen=True)
class Layer:
    """A convolution as a diagram knows it: its name, how many channels it makes, and in how many groups."""

    name: str
    channels: int
    groups: int = 1


def wiring(channels: int, *layers: Layer) -> Picture:
    """Columns of channels from left to right, with a line wherever an input channel feeds an output channel.

    A depthwise convolution has as many groups as channels, a pointwise one a single group: `wiring(4, Layer("depthwise
    3×3", 4, groups=4), Layer("1×1", 6))`.

    Raises:
        ShapeError: the channels on one side of a layer cannot be shared out to its groups.
    """
    counts = [channels, *(layer.channels for layer in layers)]
    high, wide = max(counts) + 1.2, APART * len(layers) + 2
    with mpl.rc_context(STYLE):
        canvas, axes = sheet(wide, high, side=0.42)
        middle = 0.9 + max(counts) / 2
        for place, layer in enumerate(layers):
            _lines(axes, counts[place], layer, 1 + APART * place, middle)
        for place, count in enumerate(counts):
            _boxes(axes, count, _colours(place, counts, layers), 1 + APART * place, middle)
        return canvas


def feeds(channels: int, layer: Layer) -> Iterator[tuple[int, int]]:
    """The pairs of an input channel and an output channel that it feeds.

    Raises:
        ShapeError: the channels cannot be shared out to the groups.
    """
    if channels % layer.groups or layer.channels % layer.groups:
        raise ShapeError(
            f"{channels} channels and {layer.channels} outputs cannot be shared out to {layer.groups} groups; "
            f"take a number of groups that divides both"
        )
    ins, outs = channels // layer.groups, layer.channels // layer.groups
    for group in range(layer.groups):
        yield from ((group * ins + i, group * outs + o) for i in range(ins) for o in range(outs))


def _lines(axes: Axes, channels: int, layer: Layer, left: float, middle: float) -> None:
    share = channels // layer.groups
    for source, target in feeds(channels, layer):
        levels = _level(source, channels, middle), _level(target, layer.channels, middle)
        colour = _colour(source // share, layer.groups)
        axes.plot((left + BOX / 2, left + APART - BOX / 2), levels, color=colour, linewidth=1.1, alpha=0.75, zorder=1)
    axes.text(left + APART / 2, 0.4, layer.name, ha="center", va="center", fontsize=9, color=INK)


def _boxes(axes: Axes, count: int, colours: list[str], left: float, middle: float) -> None:
    for channel, colour in enumerate(colours):
        level = _level(channel, count, middle)
        corner, shape = (left - BOX / 2, level - BOX / 2), "round,pad=0,rounding_size=0.12"
        box = FancyBboxPatch(corner, BOX, BOX, boxstyle=shape, facecolor=colour, edgecolor="white", zorder=2)
        axes.add_patch(box)
        axes.text(left, level, str(channel), ha="center", va="center", fontsize=7.5, color="white", zorder=3)


def _level(channel: int, count: int, middle: float) -> float:
    return middle + channel - (count - 1) / 2


def _colours(place: int, counts: list[int], layers: tuple[Layer, ...]) -> list[str]:
    """The colours of a column: those of the groups that its channels are read in, or at the end were made in."""
    groups = layers[min(place, len(layers) - 1)].groups
    return [_colour(channel * groups // counts[place], groups) for channel in range(counts[place])]


def _colour(group: int, groups: int) -> str:
    return SOFT if groups == 1 else SERIES[group % len(SERIES)]
