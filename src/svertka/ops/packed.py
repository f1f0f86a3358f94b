"""Convolutions of a finished network with their weights laid out for the processor's vectors: what all have in common.

Planes in float32 on the processor, channels last in memory, without derivatives; `svertka.ops.convolve` is the readable
way. Each adds a bias, and where it is asked for a second map, and cuts off what is negative, while the sums are still
in registers. Where a kernel reaches beyond the plane it reads from a row of zeros: places of inputs are looked up in a
table, with -1 outside.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.ops.threads import crew, crew_of
from svertka.ops.vector_code import Code, Vector, Whole, width

Pair = tuple[int, int]
DTYPE = torch.float32
SMALL = 2**24  # products for which other threads are not asked


class Ending(NamedTuple):
    """What is done to a sum besides adding a bias."""

    second: bool = False  # add another map
    rectified: bool = False  # cut off what is negative


PLAIN = Ending()


class Packed:
    """What these layers share: `y = w * x + bias`, then perhaps `+ second`, then perhaps without negative numbers.

    Args:
        weight: `(out, in, height, width)`, in float32.
        bias: `(out,)`, or nothing.
        padding: zeros around the plane, above and below, and to both sides.
        stride: of the kernel.
        dilation: of the kernel.
        ending: what follows.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor | None, *, padding: Pair = (0, 0), stride: Pair = (1, 1),
        dilation: Pair = (1, 1), ending: Ending = PLAIN,
    ) -> None:  # fmt: skip
        self.cout, self.cin, *kernel = weight.shape
        self.kernel, self.padding, self.stride, self.dilation = (kernel[0], kernel[1]), padding, stride, dilation
        self.bias = torch.zeros(self.cout) if bias is None else bias.detach().clone().contiguous()
        self.ending = ending
        self.zeros = torch.zeros(max(weight.shape[:2]))

    def __call__(self, x: Tensor, second: Tensor | None = None) -> Tensor:
        """The answer `(batch, out, height, width)`, channels last in memory, to `(batch, in, height, width)`."""
        x = x.contiguous(memory_format=torch.channels_last)
        sizes = self.out(plane(x))
        y = torch.empty((len(x), self.cout, *sizes), memory_format=torch.channels_last)
        other = y if second is None else second.contiguous(memory_format=torch.channels_last)
        products = y.numel() * self.cin * self.kernel[0] * self.kernel[1]
        with crew_of(crew() if products > SMALL else 1):
            self.fill(x, other, y)
        return y

    def out(self, sizes: Pair) -> Pair:
        """The size of the answer to planes of a size."""
        reach = zip(sizes, self.kernel, self.padding, self.stride, self.dilation, strict=True)
        height, width = ((size + 2 * pad - step * (k - 1) - 1) // stride + 1 for size, k, pad, stride, step in reach)
        return height, width

    def fill(self, x: Tensor, second: Tensor, y: Tensor) -> None:
        """Compute it, with all three channels last in memory."""
        raise NotImplementedError

    def pointers(self, x: Tensor, laid: tuple[Tensor, ...], second: Tensor, y: Tensor) -> list[tuple[int, ...]]:
        """What the functions take first, for each image: its input, what is laid out, its other map, answer, zeros."""
        shared, zeros = [one.data_ptr() for one in laid], self.zeros.data_ptr()
        images = zip(_addresses(x), _addresses(second), _addresses(y), strict=True)
        return [(a, *shared, b, c, zeros) for a, b, c in images]


def _addresses(images: Tensor) -> range:
    """Where each image begins."""
    first, step = images.data_ptr(), DTYPE.itemsize * images[0].numel()
    return range(first, first + step * len(images), step)


def together(vectors: int) -> int:
    """How many places of the output are summed together, as many as the registers hold beside the weights."""
    return (24 if width() == 64 else 12) // vectors


def lanes() -> int:
    """Numbers in a vector."""
    return width() // DTYPE.itemsize


def vectors(cout: int) -> int:
    """How many vectors of outputs are summed together: as many as share the outputs out evenly, or two."""
    even = [count for count in (4, 3, 2) if cout % (count * lanes()) == 0]
    return even[0] if even else min(2, cout // lanes())


def strips(cout: int, vectors: int) -> list[slice]:
    """Strips of outputs, the last of which ends with them."""
    strip = vectors * lanes()
    return [slice(min(start, cout - strip), min(start, cout - strip) + strip) for start in range(0, cout, strip)]


def plane(x: Tensor) -> Pair:
    """The size of maps."""
    return x.shape[2], x.shape[3]


def grid(rows: NDArray[np.int64], columns: NDArray[np.int64], height: int, width: int) -> NDArray[np.int64]:
    """Places of a plane for rows `(a, b)` and columns `(c, d)`, `(a c, b d)`; -1 outside."""
    there = _inside(rows, height)[:, None, :, None] & _inside(columns, width)[None, :, None, :]
    places = np.where(there, rows[:, None, :, None] * width + columns[None, :, None, :], -1)
    return places.reshape(len(rows) * len(columns), -1)


def _inside(places: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    return np.asarray((places >= 0) & (places < size))


def products(code: Code, totals: list[Vector], rows: list[str], weights: str, count: Whole) -> None:
    """Add to the totals of each row its numbers times the strips of weights."""
    strip = code.lanes * len(totals) // len(rows)
    for k in code.each(0, count, totals=totals):
        code.add_products(totals, [(row, k) for row in rows], weights, k * strip)


def finish(code: Code, totals: list[Vector], y: str, second: str, place: Whole, ending: Ending) -> None:
    """Store sums from a place on, after what follows them."""
    for vector, total in enumerate(totals):
        where = place + code.lanes * vector
        found = total + code.load(second, where) if ending.second else total
        code.store(found.rectified() if ending.rectified else found, y, where)
