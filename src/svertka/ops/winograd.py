"""Winograd's convolution F(4 × 4, 3 × 3): four by four outputs of a 3 × 3 kernel for 36 products in place of 144.

A line of four outputs is `A^T [(G g) ⊙ (B^T d)]` for three weights `g` and six inputs `d`, by interpolation at 0, ±1,
±2 and infinity; for planes each step is taken along both axes. Products over channels are then 36 matrix products
(Lavin and Gray 2015, arXiv:1509.09308). Values may be anything that can be added, subtracted and multiplied by a
number.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE, INPUTS = 4, 6  # of a tile
TWENTY_FOURTHS = [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]
KERNEL = np.array(TWENTY_FOURTHS) / 24  # G

Line = Sequence[Any]


def kernels(weight: NDArray[Any]) -> NDArray[np.float64]:
    """`G g G^T` of kernels `(out, in, 3, 3)`: `(36, in, out)`, in double precision."""
    found = np.einsum("ia,ocab,jb->ijco", KERNEL, weight.astype(np.float64), KERNEL)
    return np.asarray(found.reshape(INPUTS**2, *weight.shape[1::-1]))


def of_inputs(tile: Sequence[Line]) -> list[list[Any]]:
    """`B^T d B` of six by six inputs."""
    return _along_both(_inputs, tile)


def of_products(tile: Sequence[Line]) -> list[list[Any]]:
    """`A^T m A`: four by four outputs of six by six products."""
    return _along_both(_products, tile)


def _along_both(line: Callable[[Line], list[Any]], tile: Sequence[Line]) -> list[list[Any]]:
    upright = [line(column) for column in zip(*tile, strict=True)]
    return [line(row) for row in zip(*upright, strict=True)]


def _inputs(d: Line) -> list[Any]:
    inner, outer = d[4] - d[2] * 4.0, d[3] - d[1] * 4.0
    even, odd = d[4] - d[2], (d[3] - d[1]) * 2.0
    first, last = d[0] * 4.0 - d[2] * 5.0 + d[4], d[1] * 4.0 - d[3] * 5.0 + d[5]
    return [first, inner + outer, inner - outer, even + odd, even - odd, last]


def _products(m: Line) -> list[Any]:
    near, near_odd, far, far_odd = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return [m[0] + near + far, near_odd + far_odd * 2.0, near + far * 4.0, near_odd + far_odd * 8.0 + m[5]]
