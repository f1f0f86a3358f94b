"""The pictures of a report, drawn by matplotlib without a screen."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from svertka.data.preprocess import Preprocess
from svertka.data.rasters import Pixels
from svertka.drawing import FIRST, INK, SECOND, SOFT, STYLE, png, svg
from svertka.evaluation.figures import Bin, Floats

NUMBERED = 20  # classes up to which the confusion matrix shows its numbers
NAMED = 40  # and up to which it names them
THUMBNAIL = 96


def curves(history: Sequence[Mapping[str, float]], figure: str) -> str:
    """Loss and figure of merit over the epochs, of the training part and of validation."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(9.4, 2.9), layout="constrained")
        for axes, what in zip(canvas.subplots(1, 2), ("loss", figure), strict=True):
            _curve(axes, history, what)
        return svg(canvas)


def matrix(confusion: Sequence[Sequence[int]], names: Sequence[str]) -> str:
    """The confusion matrix: rows are the truth, shades are shares of a row."""
    counts = np.array(confusion)
    shares = counts / counts.sum(axis=1, keepdims=True).clip(1)
    size = min(max(2.6, 0.42 * len(names) + 1.2), 7.6)
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(size, size), layout="constrained")
        axes = canvas.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.grid(visible=False)
        axes.set(xlabel="called", ylabel="truth")
        if len(names) <= NAMED:
            axes.set_xticks(range(len(names)), _short(names), rotation=45 if max(map(len, names)) > 3 else 0)
            axes.set_yticks(range(len(names)), _short(names))
        if len(names) <= NUMBERED:
            for (row, column), count in np.ndenumerate(counts):
                if count:
                    colour = "white" if shares[row, column] > 0.5 else INK
                    axes.text(column, row, f"{count}", ha="center", va="center", color=colour, fontsize=8)
        return svg(canvas)


def diagram(bins: Sequence[Bin]) -> str:
    """The reliability diagram: accuracy against confidence, with the number of answers below."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(3.4, 3.6), layout="constrained")
        upper, lower = canvas.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        middles, widths = [(each.low + each.high) / 2 for each in bins], [each.high - each.low for each in bins]
        upper.bar(middles, [each.accuracy for each in bins], [0.9 * width for width in widths], color=FIRST)
        upper.plot([0, 1], [0, 1], color=SECOND, linewidth=1, linestyle="--", label="as sure as right")
        upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy")
        upper.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.1)
        lower.bar(middles, [each.samples for each in bins], [0.9 * width for width in widths], color=SOFT)
        lower.set(xlabel="confidence", ylabel="samples", yscale="log")
        return svg(canvas)


def scatter(values: Floats, truth: Floats, name: str) -> str:
    """Predicted against true numbers."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(3.4, 3.4), layout="constrained")
        axes = canvas.subplots()
        low, high = min(values.min(), truth.min()), max(values.max(), truth.max())
        axes.plot([low, high], [low, high], color=SECOND, linewidth=1, linestyle="--")
        axes.scatter(truth, values, s=6, alpha=0.5, color=FIRST, linewidths=0, rasterized=len(truth) > 2000)
        axes.set(xlabel=f"{name}, truth", ylabel="predicted", title=name)
        return svg(canvas)


def thumbnail(pixels: Pixels, preprocess: Preprocess) -> str:
    """A small picture of a ready image: its colours, the middle slice of a volume, the curve of a signal."""
    if preprocess.rank == 1:
        return sparkline(pixels)
    grey = seen(flat(pixels, preprocess), preprocess)
    image = Image.fromarray(grey[..., 0] if grey.shape[-1] == 1 else grey)
    scale = THUMBNAIL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return png(image.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX))


def flat(pixels: Pixels, preprocess: Preprocess) -> Pixels:
    """One or three channels of a plane, or of the middle of a volume, `(channels, height, width)`."""
    plane = pixels if preprocess.rank == 2 else pixels[:, pixels.shape[1] // 2]
    return plane[:3] if len(plane) >= 3 else plane[:1]


def seen(plane: Pixels, preprocess: Preprocess) -> Pixels:
    """`(height, width, channels)` of 8 bits: as they are, or stretched from the least to the greatest value."""
    last = np.moveaxis(plane, 0, -1)
    if preprocess.dtype == "uint8":
        return last.astype(np.uint8)
    low, high = float(last.min()), float(last.max())
    return np.rint((last - low) / ((high - low) or 1) * 255).astype(np.uint8)


def sparkline(signal: Pixels) -> str:
    """A small curve of each channel."""
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=(1, 1))
        axes = canvas.add_axes((0, 0, 1, 1))
        axes.plot(signal.T, linewidth=0.5, color=FIRST)
        axes.set_axis_off()
        return svg(canvas)


def _curve(axes: Axes, history: Sequence[Mapping[str, float]], what: str) -> None:
    epochs = [row["epoch"] for row in history]
    for part, colour in (("train", FIRST), ("val", SECOND)):
        if f"{part}_{what}" in history[-1]:
            values = [row[f"{part}_{what}"] for row in history]
            axes.plot(epochs, values, color=colour, label=part, marker="o" if len(epochs) < 3 else None)
    axes.set(xlabel="epoch", title=what)
    axes.legend()


def _short(names: Sequence[str]) -> list[str]:
    return [name if len(name) <= 14 else f"{name[:13]}…" for name in names]
