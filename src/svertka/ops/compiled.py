"""Twins of `direct` and `separable` for planes and lines of one channel, compiled by numba (`svertka[fast]`).

They differ from the readable ones in three things. What lies beyond the border is looked up line by line, so no padded
copy of the image is made. An image of 8 or 16 bits is widened line by line and the answer narrowed likewise, so memory
holds the image, the answer and a few lines. And the lines of a band of columns stay in the processor's fast memory
while the kernel passes: a ring buffer holds as many lines as the kernel has rows, and each output line is a sum over
the ring. Rows are shared out to threads; columns go to the lanes of the vector unit, which the compiler does by itself
for the innermost loops.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar, cast

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.ops.exactness import finished, limits
from svertka.ops.kinds import named, room
from svertka.ops.padding import source
from svertka.ops.separable import factors
from svertka.ops.sliding import Method, Sliding, dilated
from svertka.ops.threads import shared_out

F = TypeVar("F", bound=Callable[..., Any])
Array = NDArray[Any]

RING = 2**16  # numbers of a band of columns that stay in fast memory together
BAND = 1024, 8192  # columns that are worked on together, at least and at most
PARTS = 4  # shares of an image for each thread, so that none waits long for another
NARROWED = {
    torch.float32, torch.float64, torch.uint8, torch.int8, torch.uint16, torch.int16, torch.int32,
}  # fmt: skip


def knows(x: Tensor, kernel: Tensor, how: Sliding) -> bool:
    """Whether the twins can do it: planes or lines of one channel, on the processor, without derivatives."""
    return (
        kernel.dim() in (3, 4)
        and x.shape[1] == kernel.shape[1] == how.groups == 1
        and x.device.type == "cpu"
        and how.plan.inner in (torch.float32, torch.float64)
        and not (torch.is_grad_enabled() and (x.requires_grad or kernel.requires_grad))
        and min(x.shape) > 0
    )


def direct(x: Tensor, kernel: Tensor, how: Sliding) -> Tensor:
    """The twin of `svertka.ops.direct.direct`."""
    weight = dilated(kernel.detach().to(how.plan.inner), how.windows).numpy()
    return _computed(_by_rows, x, [(_plane(each[0]),) for each in weight], how)


def separable(x: Tensor, kernel: Tensor, how: Sliding) -> Tensor:
    """The twin of `svertka.ops.separable.separable`."""
    lines = factors(dilated(kernel.detach(), how.windows), how.plan.exact)
    if len(lines) == 1:
        return direct(x, kernel, how)
    uprights, levels = ([np.ascontiguousarray(one[0].to(how.plan.inner).numpy()) for one in line] for line in lines)
    return _computed(_by_lines, x, list(zip(uprights, levels, strict=True)), how)


METHODS: dict[str, Method] = {"direct": direct, "separable": separable}


def _plane(weight: Array) -> Array:
    return np.ascontiguousarray(weight if weight.ndim == 2 else weight[None])


def _computed(work: Callable[..., None], x: Tensor, kernels: Sequence[tuple[Array, ...]], how: Sliding) -> Tensor:
    """Share rows of all maps out to threads, and bring the answer into its type."""
    planes = _planes(x)
    rows, columns = _borders(planes.shape[1:], how)
    lengths = [1, *[window.span for window in how.windows]][-2:]
    height, width = len(rows) - lengths[0] + 1, len(columns) - lengths[1] + 1
    outer = how.plan.outer if how.plan.outer in NARROWED else how.plan.inner
    answer = room((len(planes), len(kernels), height, width), outer, x.device)
    y = answer.numpy()
    threads = torch.get_num_threads()
    cuts = np.linspace(0, height, min(height, threads * PARTS) + 1).astype(int)
    ending = (how.margins[-1][0], _band(lengths[0]), *_range(outer, how.plan.inner))
    jobs = [
        (planes[place], y[place, output], *kernel, rows, columns, first, last, *ending)
        for place in range(len(planes))
        for output, kernel in enumerate(kernels)
        for first, last in pairwise(cuts)
    ]
    shared_out(work, jobs)
    answer = answer if len(how.windows) == 2 else answer[0].transpose(0, 1)
    strides: Any = (..., *[slice(None, None, window.stride) for window in how.windows])
    return finished(answer[strides], how.plan)


def _band(height: int) -> int:
    """How many columns are worked on together for a kernel of so many rows."""
    least, most = BAND
    return max(least, min(most, RING // height))


def _range(outer: torch.dtype, inner: torch.dtype) -> tuple[bool, Any, Any]:
    """Whether the answer is whole, and between which numbers, in the type of the sums."""
    if outer.is_floating_point:
        return False, named(inner).type(0), named(inner).type(0)
    return True, *(named(inner).type(limit) for limit in limits(outer, inner))


def _planes(x: Tensor) -> Array:
    """`(maps, height, width)`; lines are the rows of one plane."""
    maps: Array = x.detach().numpy()[:, 0]
    return maps if maps.ndim == 3 else maps[None]


def _borders(sizes: tuple[int, ...], how: Sliding) -> list[Array]:
    """Which row and which column stands at each place of the padded plane."""
    margins = how.margins if len(how.margins) == 2 else [(0, 0), *how.margins]
    return [source(how.border, size, margin).numpy() for size, margin in zip(sizes, margins, strict=True)]


def _compiled(function: F) -> F:
    """In machine code, kept on the disk for the next time; sums may be taken in any order, but NaN stays NaN."""
    made: Any = numba.njit(nogil=True, cache=True, fastmath={"contract", "reassoc", "nsz"}, error_model="numpy")
    return cast("F", made(function))


@_compiled
def _load(row: Array, line: Array, columns: Array, first: int, before: int) -> None:
    """A line from column `first` of the padded plane on, in the type of the sums."""
    count, size, start = len(row), len(line), first - before
    begin, end = max(start, 0), min(start + count, size)
    if begin < end:
        inside, seen = row[begin - start : end - start], line[begin:end]
        for x in range(len(inside)):
            inside[x] = seen[x]
    for x in range(min(begin - start, count)):
        row[x] = line[columns[first + x]] if columns[first + x] >= 0 else 0
    for x in range(max(end - start, 0), count):
        row[x] = line[columns[first + x]] if columns[first + x] >= 0 else 0


@_compiled
def _load_row(ring: Array, place: int, plane: Array, rows: Array, columns: Array, first: int, before: int) -> None:
    row = ring[place % len(ring)]
    if rows[place] >= 0:
        _load(row, plane[rows[place]], columns, first, before)
    else:
        row[:] = 0


@_compiled
def _store(out: Array, total: Array, whole: bool, low: float, high: float) -> None:
    """The sums in the type of the answer; rounded and cut where that is whole."""
    if whole:
        for x in range(len(out)):
            out[x] = np.int32(min(max(np.rint(total[x]), low), high))
    else:
        for x in range(len(out)):
            out[x] = total[x]


@_compiled
def _along(total: Array, row: Array, weights: Array, fresh: bool) -> None:
    """The row, shifted and weighed, in place of the total or added to it: several weights at a time, since going
    through the total costs more than a product.
    """
    width, taps = len(total), len(weights)
    if fresh:
        a, p = weights[0], row[:width]
        for x in range(width):
            total[x] = a * p[x]
    tap = 1 if fresh else 0
    while tap + 8 <= taps:
        a, b, c, d = weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]
        e, f, g, h = weights[tap + 4], weights[tap + 5], weights[tap + 6], weights[tap + 7]
        p, q, r, s = row[tap:], row[tap + 1 :], row[tap + 2 :], row[tap + 3 :]
        t, u, v, w = row[tap + 4 :], row[tap + 5 :], row[tap + 6 :], row[tap + 7 :]
        for x in range(width):
            total[x] += (a * p[x] + b * q[x] + c * r[x] + d * s[x]) + (e * t[x] + f * u[x] + g * v[x] + h * w[x])
        tap += 8
    while tap + 2 <= taps:
        a, b = weights[tap], weights[tap + 1]
        p, q = row[tap:], row[tap + 1 :]
        for x in range(width):
            total[x] += a * p[x] + b * q[x]
        tap += 2
    while tap < taps:
        a, p = weights[tap], row[tap:]
        for x in range(width):
            total[x] += a * p[x]
        tap += 1


@_compiled
def _across(total: Array, ring: Array, weights: Array, place: int) -> None:
    """The rows of the ring, weighed, in place of the total."""
    width, taps, size = len(total), len(weights), len(ring)
    a, p = weights[0], ring[place % size]
    for x in range(width):
        total[x] = a * p[x]
    tap = 1
    while tap + 8 <= taps:
        a, b, c, d = weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]
        e, f, g, h = weights[tap + 4], weights[tap + 5], weights[tap + 6], weights[tap + 7]
        p, q = ring[(place + tap) % size], ring[(place + tap + 1) % size]
        r, s = ring[(place + tap + 2) % size], ring[(place + tap + 3) % size]
        t, u = ring[(place + tap + 4) % size], ring[(place + tap + 5) % size]
        v, w = ring[(place + tap + 6) % size], ring[(place + tap + 7) % size]
        for x in range(width):
            total[x] += (a * p[x] + b * q[x] + c * r[x] + d * s[x]) + (e * t[x] + f * u[x] + g * v[x] + h * w[x])
        tap += 8
    while tap + 2 <= taps:
        a, b = weights[tap], weights[tap + 1]
        p, q = ring[(place + tap) % size], ring[(place + tap + 1) % size]
        for x in range(width):
            total[x] += a * p[x] + b * q[x]
        tap += 2
    while tap < taps:
        a, p = weights[tap], ring[(place + tap) % size]
        for x in range(width):
            total[x] += a * p[x]
        tap += 1


@_compiled
def _by_rows(
    plane: Array, out: Array, kernel: Array, rows: Array, columns: Array, first: int, last: int, before: int,
    band: int, whole: bool, low: float, high: float,
) -> None:  # fmt: skip
    """Rows `first` to `last` of the answer for any kernel."""
    height, width = kernel.shape
    for left in range(0, out.shape[1], band):
        right = min(left + band, out.shape[1])
        ring = np.empty((height, right - left + width - 1), kernel.dtype)
        total = np.empty(right - left, kernel.dtype)
        for place in range(first, first + height - 1):
            _load_row(ring, place, plane, rows, columns, left, before)
        for place in range(first, last):
            _load_row(ring, place + height - 1, plane, rows, columns, left, before)
            for tap in range(height):
                _along(total, ring[(place + tap) % height], kernel[tap], tap == 0)
            _store(out[place, left:right], total, whole, low, high)


@_compiled
def _by_lines(
    plane: Array, out: Array, uprights: Array, levels: Array, rows: Array, columns: Array, first: int, last: int,
    before: int, band: int, whole: bool, low: float, high: float,
) -> None:  # fmt: skip
    """The same for a sum of products of lines: upright ones across the ring, then level ones along the row."""
    terms, height = uprights.shape
    width = levels.shape[1]
    for left in range(0, out.shape[1], band):
        right = min(left + band, out.shape[1])
        ring = np.empty((height, right - left + width - 1), uprights.dtype)
        row, total = np.empty(ring.shape[1], uprights.dtype), np.empty(right - left, uprights.dtype)
        for place in range(first, first + height - 1):
            _load_row(ring, place, plane, rows, columns, left, before)
        for place in range(first, last):
            _load_row(ring, place + height - 1, plane, rows, columns, left, before)
            for term in range(terms):
                _across(row, ring, uprights[term], place)
                _along(total, row, levels[term], term == 0)
            _store(out[place, left:right], total, whole, low, high)
