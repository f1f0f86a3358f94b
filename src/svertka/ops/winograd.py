"""Winograd's convolutions: outputs of a 3 × 3 kernel, four by four of them for 36 products in place of 144.

A line of outputs is `A^T [(G g) ⊙ (B^T d)]` for three weights `g` and two inputs `d` more than outputs, by
interpolation at as many points, one of which is infinity; for planes each step is taken along both axes. Products over
channels are then matrix products, one for each place of a tile (Lavin and Gray 2015, arXiv:1509.09308). Values may be
anything that can be added, subtracted and multiplied by a number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = Sequence[Any]


@dataclass(frozen=True, eq=False)
class Form:
    """One of them, with tiles of `side` by `side` outputs: `G`, `B^T d` of a line of inputs, `A^T m` of products."""

    side: int
    kernel: NDArray[np.float64]
    inputs_of_line: Callable[[Line], list[Any]]
    products_of_line: Callable[[Line], list[Any]]

    @property
    def inputs(self) -> int:
        """The side of the inputs of a tile."""
        return self.side + 2

    @property
    def products(self) -> int:
        """How many there are for a tile and a channel."""
        return self.inputs**2

    def tiles(self, sizes: Sequence[int]) -> int:
        """How many tiles cover a plane."""
        height, width = (-(-size // self.side) for size in sizes)
        return height * width

    def kernels(self, weight: NDArray[Any]) -> NDArray[np.float64]:
        """`G g G^T` of kernels `(out, in, 3, 3)`: `(products, in, out)`, in double precision."""
        found = np.einsum("ia,ocab,jb->ijco", self.kernel, weight.astype(np.float64), self.kernel)
        return np.asarray(found.reshape(self.products, *weight.shape[1::-1]))

    def of_inputs(self, tile: Sequence[Line]) -> list[list[Any]]:
        """`B^T d B` of the inputs of a tile."""
        return _along_both(self.inputs_of_line, tile)

    def of_products(self, tile: Sequence[Line]) -> list[list[Any]]:
        """`A^T m A`: the outputs of a tile from its products."""
        return _along_both(self.products_of_line, tile)


def _along_both(line: Callable[[Line], list[Any]], tile: Sequence[Line]) -> list[list[Any]]:
    upright = [line(column) for column in zip(*tile, strict=True)]
    return [line(row) for row in zip(*upright, strict=True)]


def _four_inputs(d: Line) -> list[Any]:
    inner, outer = d[4] - d[2] * 4.0, d[3] - d[1] * 4.0
    even, odd = d[4] - d[2], (d[3] - d[1]) * 2.0
    first, last = d[0] * 4.0 - d[2] * 5.0 + d[4], d[1] * 4.0 - d[3] * 5.0 + d[5]
    return [first, inner + outer, inner - outer, even + odd, even - odd, last]


def _four_products(m: Line) -> list[Any]:
    near, near_odd, far, far_odd = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return [m[0] + near + far, near_odd + far_odd * 2.0, near + far * 4.0, near_odd + far_odd * 8.0 + m[5]]


def _two_inputs(d: Line) -> list[Any]:
    return [d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]]


def _two_products(m: Line) -> list[Any]:
    return [m[0] + m[1] + m[2], m[1] - m[2] - m[3]]


TWENTY_FOURTHS = [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]
HALVES = [[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]
FOUR = Form(4, np.array(TWENTY_FOURTHS) / 24, _four_inputs, _four_products)
"""F(4 × 4, 3 × 3): 36 products for sixteen outputs, by the points 0, ±1, ±2 and infinity."""
TWO = Form(2, np.array(HALVES) / 2, _two_inputs, _two_products)
"""F(2 × 2, 3 × 3): 16 products for four outputs, by the points 0, ±1 and infinity; its weights are fewer than half."""
FORMS = (FOUR, TWO)
