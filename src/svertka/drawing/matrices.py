"""The matrix of a convolution, coloured by the number of the kernel that stands at each place."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from svertka import ops
from svertka.drawing.cells import number, sheet
from svertka.drawing.style import INK, SERIES, STYLE, Picture
from svertka.geometry.windows import Axes as Numbers
from svertka.geometry.windows import Padding, windows

SPACE = 1.5  # cells between the kernel and its matrix
PALETTE = (*SERIES, "#2aa198", "#e0a100", "#7f9cc0", "#9c5c3c", "#a3b86c")


def matrix(
    kernel: ArrayLike,
    sizes: tuple[int, ...],
    *,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    transposed: bool = False,
) -> Picture:
    """A kernel, and beside it the matrix `A` with `vec(I * K) = A vec(I)`: equal colours are equal weights.

    Fine lines part the rows of the image and of the result, so that the blocks show: every block is a Toeplitz matrix,
    and the blocks stand in Toeplitz order themselves.

    Args:
        kernel: `(rows, columns)` or `(columns,)`.
        sizes: Those of the image, as many.
        stride: As in `ops.convolve`.
        padding: As in `ops.convolve`, of zeros.
        dilation: As in `ops.convolve`.
        transposed: Draw `Aᵀ`, the matrix of the transposed convolution.
    """
    values = np.asarray(kernel, dtype=np.float64)
    which = places(values, sizes, stride=stride, padding=padding, dilation=dilation)
    last = windows(values.shape, stride=stride, padding=padding, dilation=dilation)[-1]
    lines = (last.out(sizes[-1]), sizes[-1])
    if transposed:
        which, lines = which.T, lines[::-1]
    with mpl.rc_context(STYLE):
        table = np.atleast_2d(values)
        left = 1 + table.shape[1] + SPACE
        canvas, axes = sheet(left + which.shape[1] + 1, max(which.shape[0], table.shape[0]) + 2, side=_side(which))
        numbered = np.arange(values.size).reshape(table.shape)
        _cells(axes, numbered, values.ravel(), (1, 1 + (which.shape[0] - table.shape[0]) / 2), table.shape)
        _cells(axes, which, values.ravel(), (left, 1), lines)
        return canvas


def places(
    kernel: NDArray[np.float64], sizes: tuple[int, ...], *, stride: Numbers, padding: Padding, dilation: Numbers
) -> NDArray[np.int64]:
    """Which number of the kernel, counted from 0, stands at each place of its matrix; -1 where none does."""
    counted = np.arange(1, kernel.size + 1, dtype=np.float64).reshape(kernel.shape)
    sparse = ops.convolution_matrix(counted, sizes, stride=stride, padding=padding, dilation=dilation)
    return np.asarray(sparse.toarray()).astype(np.int64) - 1


def _side(which: NDArray[np.int64]) -> float:
    return float(min(0.36, 7.0 / (which.shape[1] + 5)))


def _cells(
    axes: Axes,
    which: NDArray[np.int64],
    weights: NDArray[np.float64],
    corner: tuple[float, float],
    lines: tuple[int, int],
) -> None:
    """Coloured cells, with their weights where there is room, and lines after so many rows and columns."""
    left, top = corner
    rows, columns = which.shape
    axes.add_patch(Rectangle((left, top), columns, rows, facecolor="#f6f8fa", edgecolor="none"))
    for row, column in np.argwhere(which >= 0):
        colour = PALETTE[which[row, column] % len(PALETTE)]
        axes.add_patch(Rectangle((left + column, top + row), 1, 1, facecolor=colour, edgecolor="white", linewidth=0.5))
        if columns <= 20:
            text = number(weights[which[row, column]], 1)
            axes.text(left + column + 0.5, top + row + 0.52, text, ha="center", va="center", fontsize=7, color="white")
    for row in range(0, rows + 1, lines[0]):
        axes.plot((left, left + columns), (top + row, top + row), color=INK, linewidth=0.6)
    for column in range(0, columns + 1, lines[1]):
        axes.plot((left + column, left + column), (top, top + rows), color=INK, linewidth=0.6)
