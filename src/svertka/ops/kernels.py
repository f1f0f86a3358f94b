"""The kernels that have names: small grids of numbers, and what each does to an image.

Those for planes are written as they are everywhere in the field, row by row, and slide without being turned round
(cross-correlation, as in networks). A kernel of differences approximates a derivative: `[−1, 1]` is
`I(x+1) − I(x)`, and `[−1, 0, 1]` is twice ∂I/∂x at its middle, free of the shift by half a pixel. Differences of
differences, `[1, −2, 1]`, approximate ∂²I/∂x²; their sum over the axes is the Laplacian. Sobel's kernels take the
difference along one axis and smooth along the other by `[1, 2, 1]`, so that noise counts less.
"""

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import SettingError, ShapeError

Kernel = NDArray[Any]

PLANES: dict[str, tuple[str, list[list[int]]]] = {
    "sharpen": ("adds to each pixel what sets it apart from its neighbours", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "sobel-left": ("edges whose left side is brighter", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
    "sobel-right": ("edges whose right side is brighter: ∂/∂x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "sobel-top": ("edges whose upper side is brighter", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    "sobel-bottom": ("edges whose lower side is brighter: ∂/∂y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "outline": ("each pixel against its eight neighbours", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "emboss": ("light that falls from the upper left on a relief", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}  # fmt: skip

# Smoothing across the derivative; what it is divided by makes the sum 1.
SMOOTHING = {"prewitt": [1, 1, 1], "sobel": [1, 2, 1], "scharr": [3, 10, 3]}


def plane(name: str) -> Kernel:
    """A kernel of whole numbers by its name, `(3, 3)`."""
    return np.array(PLANES[name][1])


def identity(rank: int = 2) -> Kernel:
    """One in the middle of zeros: changes nothing."""
    return _centred([0, 1, 0], rank)


def laplacian(rank: int = 2) -> Kernel:
    """Second differences along every axis, summed: `∂²I/∂x² + ∂²I/∂y² + …`.

    >>> laplacian().tolist()
    [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    """
    lines = [along(np.array([1, -2, 1]), axis, rank) for axis in range(rank)]
    total = np.zeros((3,) * rank, int)
    for line in lines:
        middle = tuple(slice(None) if size == 3 else slice(1, 2) for size in line.shape)
        total[middle] += line
    return total


def derivative(smoothing: str, axis: int, rank: int = 2) -> Kernel:
    """`[−1, 0, 1]` along one axis, and the smoothing of this name along all others.

    >>> derivative("sobel", 1).tolist()
    [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    """
    lines = [np.array([-1, 0, 1]) if each == axis else np.array(SMOOTHING[smoothing]) for each in range(rank)]
    return outer(lines)


def outer(lines: list[Kernel]) -> Kernel:
    """The product of vectors, one along each axis."""
    return np.asarray(reduce(np.multiply.outer, lines))


def along(line: Kernel, axis: int, rank: int) -> Kernel:
    """A vector as a kernel of `rank` axes that lies along one of them."""
    return line.reshape([-1 if each == axis else 1 for each in range(rank)])


def box(size: int = 3) -> Kernel:
    """Equal weights with the sum 1, along one axis."""
    return np.full(size, 1 / size)


def checked(values: ArrayLike) -> Kernel:
    """Numbers from anywhere as a kernel of 1 to 3 axes.

    Raises:
        ShapeError: it has another number of axes, or none of something.
        SettingError: it holds no numbers, or some that are not finite.
    """
    try:
        kernel = np.asarray(values)
    except ValueError:
        raise ShapeError("the rows of the kernel are not equally long") from None
    if kernel.dtype.kind not in "buif":
        raise SettingError(f"a kernel holds real numbers, not {kernel.dtype}")
    if not 1 <= kernel.ndim <= 3 or kernel.size == 0:
        raise ShapeError(f"a kernel of a filter has 1 to 3 axes and none of them empty, not the shape {kernel.shape}")
    if kernel.dtype.kind == "f" and not np.isfinite(kernel).all():
        raise SettingError(f"{np.count_nonzero(~np.isfinite(kernel))} numbers of the kernel are NaN or infinite")
    return kernel.astype(np.float64 if kernel.dtype.kind == "f" else np.int64)


def _centred(line: list[int], rank: int) -> Kernel:
    return outer([np.array(line)] * rank)
