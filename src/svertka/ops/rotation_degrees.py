"""The sums over degrees and over rings of SO(3) in machine code: twins of the batched products of `rotation_sums`.

Every block of waves `(n, m, q)`, as `svertka.ops.rotation_tables` has them, is a small matrix product whose sizes are
its own: nothing is padded, and coefficients are taken from their places in the spectrum and put there.
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from svertka.ops.crews import run_all
from svertka.ops.rotation_tables import block_entries, row_of
from svertka.ops.threads import crew
from svertka.ops.vector_code import Code, Function, Vector, Whole, made, width

TOGETHER = 8, 4, 2, 1  # rows of a matrix that are summed at a time


class Blocks(NamedTuple):
    """The matrices of all blocks, one below the other: a row for each coefficient."""

    table: Tensor  # (coefficients, 2 · rings)
    places: Tensor  # (coefficients,): where it stands in a spectrum
    starts: Tensor  # (blocks + 1,): where a block begins
    firsts: list[int]  # the same


def from_rings(waves: Tensor, b: int, degrees: int) -> Tensor:
    """The spectrum `(coefficients, columns)` of waves `(n, (m, q), kind, 2b, columns)`."""
    blocks = rotation_blocks(b, degrees, waves.dtype)
    spectrum = waves.new_empty(len(blocks.table), waves.shape[-1])
    _shared(_functions(2 * b, waves.dtype, _vectors(waves)).from_rings, blocks, (waves, spectrum))
    return spectrum


def to_rings(spectrum: Tensor, b: int, degrees: int, out: Tensor) -> None:
    """Waves `(n, (m, q), kind, 2b, columns)` of a spectrum `(coefficients, columns)`."""
    blocks = rotation_blocks(b, degrees, out.dtype)
    _shared(_functions(2 * b, out.dtype, _vectors(out)).to_rings, blocks, (spectrum, out))


@lru_cache(maxsize=16)
def rotation_blocks(b: int, degrees: int, dtype: torch.dtype) -> Blocks:
    """The matrices of a grid of bandwidth `b` and the degrees below `degrees`, kept for all who ask again."""
    order, kind = np.arange(degrees), np.arange(2)
    n, m, q, s, l = np.ix_(order, order, kind, kind, order)
    there = (l >= np.maximum(m, n)) & ((m > 0) | (q == s)) & ((n > 0) | (s == 0))
    n, m, q, s, l = np.nonzero(there)
    places = row_of(l, np.where(q == s, m, -m), np.where(s, -n, n))
    table = torch.empty(len(l), 4 * b, dtype=dtype)
    for degree, entries in enumerate(block_entries(b, degrees, dtype)):
        rows = np.flatnonzero(l == degree)
        table[rows] = entries[n[rows], m[rows], q[rows], s[rows]].flatten(1)
    starts = np.searchsorted(2 * (n * degrees + m) + q, np.arange(2 * degrees**2 + 1))
    return Blocks(table, torch.from_numpy(places), torch.from_numpy(starts), starts.tolist())


class _Functions(NamedTuple):
    from_rings: Function
    to_rings: Function


def _vectors(x: Tensor) -> int:
    """How many vectors of columns to sum at a time: two, if the processor has registers for them."""
    return 2 if width() == 64 and x.shape[-1] * x.element_size() >= 2 * width() else 1


def _shared(function: Function, blocks: Blocks, tensors: tuple[Tensor, Tensor]) -> None:
    """Cut the blocks for the threads, so that each has as many rows."""
    addresses = [tensor.data_ptr() for tensor in (blocks.table, blocks.places, blocks.starts, *tensors)]
    threads, last = crew(), len(blocks.starts) - 1
    inner = [bisect_left(blocks.firsts, len(blocks.table) * each // threads) for each in range(1, threads)]
    columns = tensors[0].shape[-1]
    run_all(function, [(*addresses, *ends, columns) for ends in pairwise([0, *inner, last])])


@cache
def _functions(size: int, dtype: torch.dtype, vectors: int) -> _Functions:
    functions = made([_from_rings(size, dtype, vectors), _to_rings(size, dtype, vectors)])
    return _Functions(functions["from_rings"], functions["to_rings"])


def _from_rings(size: int, dtype: torch.dtype, vectors: int) -> Code:
    """Each coefficient of a block is a sum over the rings of both kinds of its waves."""
    code = Code("from_rings", 5, 3, dtype)
    (table, places, starts, waves, spectrum), (first, last, columns) = code.pointers, code.wholes
    for block in code.each(first, last):
        begin, end = code.load_whole(starts, block), code.load_whole(starts, block + 1)
        rings = code.moved(waves, block * (2 * size) * columns)
        for row, count in _rows(code, begin, end):
            weights = [code.moved(table, (row + place) * (2 * size)) for place in range(count)]
            answers = [code.moved(spectrum, code.load_whole(places, row + place) * columns) for place in range(count)]
            for column in code.steps(0, columns, code.lanes * vectors):
                totals = [code.constant(0.0)] * (count * vectors)
                for ring in code.each(0, code.fixed(2 * size), totals=totals):
                    code.add_products(totals, [(one, ring) for one in weights], rings, ring * columns + column)
                _store(code, totals, answers, column)
    return code


def _to_rings(size: int, dtype: torch.dtype, vectors: int) -> Code:
    """Each wave of a block at each ring is a sum over its coefficients."""
    code = Code("to_rings", 5, 3, dtype)
    (table, places, starts, spectrum, waves), (first, last, columns) = code.pointers, code.wholes
    for block in code.each(first, last):
        begin, end = code.load_whole(starts, block), code.load_whole(starts, block + 1)
        for ring, count in _rows(code, code.fixed(0), code.fixed(2 * size)):
            weights = [code.moved(table, ring + place) for place in range(count)]
            rings = [code.moved(waves, (block * (2 * size) + ring + place) * columns) for place in range(count)]
            for column in code.steps(0, columns, code.lanes * vectors):
                totals = [code.constant(0.0)] * (count * vectors)
                for row in code.each(begin, end, totals=totals):
                    place = code.load_whole(places, row) * columns + column
                    code.add_products(totals, [(one, row * (2 * size)) for one in weights], spectrum, place)
                _store(code, totals, rings, column)
    return code


def _store(code: Code, totals: list[Vector], pointers: list[str], column: Whole) -> None:
    vectors = len(totals) // len(pointers)
    for place, total in enumerate(totals):
        code.store(total, pointers[place // vectors], column + code.lanes * (place % vectors))


def _rows(code: Code, first: Whole, last: Whole) -> Iterator[tuple[Whole, int]]:
    """Rows from the first on, below the last, as many together as there are; and how many."""
    for count in TOGETHER:
        for row in code.each(first, last - (count - 1), count):
            first = row
            yield row, count
