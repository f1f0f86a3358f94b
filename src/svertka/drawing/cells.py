"""Small matrices drawn as cells with their numbers, several side by side as a formula."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from svertka.drawing.style import INK, SECOND, SOFT, STYLE, Picture
from svertka.errors import ShapeError

SIDE = 0.36  # inches of a cell
GAP = 0.55  # cells between two matrices, on either side of a sign
NUMBERS = 14  # matrices with a longer side are drawn without numbers
SHARES = (0.5, 0.48, 0.42, 0.36, 0.29)  # of a cell, for the height of letters in texts of one, two, … of them
HEAT = LinearSegmentedColormap.from_list("svertka", ["#c2410c", "#f7b58f", "#ffffff", "#8cc6df", "#0b5f86"])
EMPTY, PADDED = "#ffffff", "#e4e9ef"


@dataclass(frozen=True)
class Cells:
    """A matrix to be drawn: numbers, a title, and which cells stand out.

    `values` are `(rows, columns)`, or `(columns,)` for one row; a cell that is not a number is drawn empty. `marked`
    cells get a border; `faint` ones, as those of padding, a grey ground. Colours run from `-scale` to `scale`; by
    default that is the greatest absolute value.
    """

    values: ArrayLike
    title: str = ""
    marked: ArrayLike | None = None
    faint: ArrayLike | None = None
    scale: float | None = None
    digits: int = 2

    def table(self) -> NDArray[np.float64]:
        """The values, with two axes.

        Raises:
            ShapeError: they have others.
        """
        found = np.atleast_2d(np.asarray(self.values, dtype=np.float64))
        if found.ndim != 2 or not found.size:
            raise ShapeError(f"cells are drawn of one or two axes, not of shape {found.shape}; take one channel of it")
        return found

    def mask(self, name: str) -> NDArray[np.bool_]:
        """Which cells are `marked`, or `faint`; none, when nothing is said."""
        given = getattr(self, name)
        shape = self.table().shape
        return np.zeros(shape, bool) if given is None else np.atleast_2d(np.asarray(given, dtype=bool))


def window(shape: tuple[int, int], row: int, column: int, rows: int, columns: int) -> NDArray[np.bool_]:
    """A mask of `shape` that is true in a window with its first cell at `(row, column)`."""
    mask = np.zeros(shape, bool)
    mask[row : row + rows, column : column + columns] = True
    return mask


def grid(*parts: Cells | ArrayLike, columns: int | None = None) -> Figure:
    """Matrices and signs in a row: `grid(image, "∗", kernel, "=", result)`.

    Args:
        parts: Matrices, as `Cells` or as arrays, and signs, as words.
        columns: Begin a new row after so many parts.

    Raises:
        ShapeError: a matrix has not one or two axes.
    """
    made = [part if isinstance(part, (str, Cells)) else Cells(part) for part in parts]
    per = columns or len(made)
    return _laid([made[start : start + per] for start in range(0, len(made), per)])


def _laid(rows: Sequence[Sequence[Cells | str]]) -> Figure:
    """Draw rows of parts below one another, each part in the middle of its row."""
    with mpl.rc_context(STYLE):
        tall = [max(_height(part) for part in row) for row in rows]
        wide = max(sum(_width(part) for part in row) for row in rows) + 2 * GAP
        height = sum(tall) + GAP * (len(rows) + 1)
        canvas, axes = sheet(wide, height)
        top = GAP
        for row, space in zip(rows, tall, strict=True):
            left = GAP
            for part in row:
                _placed(axes, part, left, top + (space - _height(part)) / 2)
                left += _width(part)
            top += space + GAP
        return canvas


def sheet(wide: float, high: float, side: float = SIDE) -> tuple[Picture, Axes]:
    """A picture of so many cells with one pair of axes all over it, rows counted downwards."""
    canvas = Picture(figsize=(wide * side, high * side))
    axes = canvas.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, wide), ylim=(high, 0), aspect="equal")
    axes.set_axis_off()
    return canvas, axes


def _width(part: Cells | str) -> float:
    return 2 * GAP + 0.36 * len(part) if isinstance(part, str) else float(part.table().shape[1])


def _height(part: Cells | str) -> float:
    return 1.0 if isinstance(part, str) else part.table().shape[0] + 0.9 * bool(part.title)


def _placed(axes: Axes, part: Cells | str, left: float, top: float) -> None:
    if isinstance(part, str):
        axes.text(left + _width(part) / 2, top + 0.5, part, ha="center", va="center", fontsize=13, color=INK)
    else:
        drawn(axes, part, left, top)


def drawn(axes: Axes, cells: Cells, left: float, top: float) -> None:
    """Draw a matrix, its title above it, with its upper left corner at `(left, top)`."""
    values = cells.table()
    if cells.title:
        axes.text(left + values.shape[1] / 2, top + 0.35, cells.title, ha="center", va="center", fontsize=8, color=SOFT)
        top += 0.9
    for (row, column), value in np.ndenumerate(values):
        ground = _ground(cells, row, column)
        axes.add_patch(
            Rectangle((left + column, top + row), 1, 1, facecolor=ground, edgecolor="#c3ccd6", linewidth=0.6)
        )
        if np.isfinite(value) and max(values.shape) <= NUMBERS:
            text = number(value, cells.digits)
            place = (left + column + 0.5, top + row + 0.52)
            axes.text(*place, text, ha="center", va="center", fontsize=letters(axes, text), color=_ink(ground))
    lines = [[(left + x, top + y) for x, y in edge] for edge in outline(cells.mask("marked"))]
    axes.add_collection(LineCollection(lines, colors=SECOND, linewidths=2.2, capstyle="round", zorder=3))


def _ground(cells: Cells, row: int, column: int) -> Any:
    value, values = cells.table()[row, column], cells.table()
    if not np.isfinite(value):
        return EMPTY
    if cells.mask("faint")[row, column]:
        return PADDED
    scale = cells.scale or float(np.abs(values[np.isfinite(values)]).max()) or 1.0
    return HEAT(0.5 + 0.38 * float(np.clip(value / scale, -1, 1)))


def _ink(ground: Any) -> str:
    """Dark on light, light on dark."""
    red, green, blue = to_rgb(ground)
    return INK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"


def letters(axes: Axes, text: str) -> float:
    """How large a text may be written, in points, to stand within a cell."""
    first, last = axes.get_xlim()
    points = 72 * axes.get_figure().get_figwidth() / (last - first)  # type: ignore[union-attr]
    return min(10.0, points * SHARES[min(len(text), len(SHARES)) - 1])


def number(value: float, digits: int = 2) -> str:
    """A number as short as so many digits after the point allow, with a true minus."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text == "-0" else text).replace("-", "−")


def outline(mask: NDArray[np.bool_]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The edges, as pairs of `(x, y)`, between cells that are in a mask and those that are not."""
    around = np.pad(mask, 1)
    for row, column in np.argwhere(around[1:, :] != around[:-1, :]):  # between a cell and the one below it
        yield (column - 1, row), (column, row)
    for row, column in np.argwhere(around[:, 1:] != around[:, :-1]):  # between a cell and the one beside it
        yield (column, row - 1), (column, row)
