"""The sums over `α` and `γ` of a ring of SO(3) in machine code: twins of the matrix products of `rotation_sums`.

They need a quarter of the products (`folded_waves`), and what stands between the two sums, a plane of the ring for each
wave, stays in the processor's fast memory. Rings are shared out to threads.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from svertka.ops.crews import run_all
from svertka.ops.folded_waves import samples, waves
from svertka.ops.scratch import scratch
from svertka.ops.threads import crew
from svertka.ops.vector_code import Code, Function, Whole, made, width

ONE = "1.0"
FAST = 5 * 2**17  # bytes that stand between the two sums at a time


def analyse(x: Tensor, weights: Tensor, out: Tensor) -> None:
    """Waves of every ring of a signal.

    Args:
        x: `(2b, 2b, 2b, columns)` over `β`, `γ`, `α`, contiguous.
        weights: what a sample counts, ring by ring, `(2b,)`.
        out: where they go, `(n, (m, q), kind over γ, 2b, columns)`, contiguous; sines of order 0 become 0.
    """
    out[0, :, 1].zero_()
    out[:, 0, 1].zero_()
    out[:, 1, 0].zero_()
    _shared(_functions(len(x), len(out), x.dtype).analyse, x, weights, out)


def synthesise(waves: Tensor, weights: Tensor, out: Tensor) -> None:
    """A signal from the waves of its rings.

    Args:
        waves: `(n, (m, q), kind over γ, 2b, columns)`, contiguous; sines of order 0 are not looked at.
        weights: what a sample is multiplied with, ring by ring, `(2b,)`.
        out: where it goes, `(2b, 2b, 2b, columns)` over `β`, `γ`, `α`, contiguous.
    """
    _shared(_functions(len(out), len(waves), out.dtype).synthesise, out, weights, waves)


class _Functions(NamedTuple):
    analyse: Function
    synthesise: Function


def _shared(function: Function, x: Tensor, weights: Tensor, waves: Tensor) -> None:
    """Give every thread as many rings, and a place for what stands between the two sums."""
    size, columns, orders, item = len(x), x.shape[-1], len(waves), x.element_size()
    parts = -(-columns // max(width() // item, FAST // (2 * orders * size * item)))
    chunk = max(width() // item, -(-columns // parts))
    threads = crew()
    between = scratch("between", (threads, 2 * orders * size * chunk), x)
    rings = [size * thread // threads for thread in range(threads + 1)]
    addresses = x.data_ptr(), weights.data_ptr(), waves.data_ptr()
    jobs = zip([one.data_ptr() for one in between], rings, rings[1:], strict=False)
    run_all(function, [(*addresses, place, *ends, columns, chunk) for place, *ends in jobs])


@cache
def _functions(size: int, orders: int, dtype: torch.dtype) -> _Functions:
    """The two functions for rings of so many places and orders below so many."""
    lines = _forward(size, orders, dtype), _backward(size, orders, dtype)
    analyse = _rings("analyse", lines[0], [_over_gamma, _over_alpha], size, orders)
    synthesise = _rings("synthesise", lines[1], [_over_alpha, _over_gamma], size, orders)
    functions = made([*lines, analyse, synthesise])
    return _Functions(functions["analyse"], functions["synthesise"])


def _forward(size: int, orders: int, dtype: torch.dtype) -> Code:
    """A sum over lines, each place of which is a row of columns: from samples to cosines and sines."""
    code = Code("forward", 3, 3, dtype, scaled=True)
    (x, *sums), (step, apart, columns) = code.pointers, code.wholes
    for column in code.steps(0, columns, code.lanes):
        found = waves([code.load(x, column + step * k) for k in range(size)], orders)
        for pointer, one in zip(sums, found, strict=True):
            for m, wave in one.items():
                code.store(wave * code.scale, pointer, column + apart * m)
    return code


def _backward(size: int, orders: int, dtype: torch.dtype) -> Code:
    """The sum over lines back: from cosines and sines to samples."""
    code = Code("backward", 3, 3, dtype, scaled=True)
    (x, *sums), (step, apart, columns) = code.pointers, code.wholes
    for column in code.steps(0, columns, code.lanes):
        cosines, sines = (
            {m: code.load(pointer, column + apart * m) for m in range(first, orders)}
            for first, pointer in enumerate(sums)
        )
        for k, one in enumerate(samples(cosines, sines, size)):
            code.store(one * code.scale, x, column + step * k)
    return code


class _Ring(NamedTuple):
    """A chunk of the columns of a ring, and the sum over its lines."""

    line: Code
    size: int
    orders: int
    weight: str
    signal: str  # (γ, α, columns)
    waves: str  # (n, (m, q), kind, rings, columns), at this ring
    between: str  # ((kind, n), α, chunk)
    columns: Whole
    chunk: Whole


def _rings(name: str, line: Code, steps: Sequence[Callable[[Code, _Ring], None]], size: int, orders: int) -> Code:
    """Both sums for rings from the first on, below the last."""
    code = Code(name, 4, 4, line.dtype)
    (x, weights, waves, between), (first, last, columns, chunk) = code.pointers, code.wholes
    for place in code.each(first, last):
        weight = code.load_one(weights, place)
        for start in code.steps(0, columns, chunk):
            signal = code.moved(x, place * (size * size) * columns + start)
            there = code.moved(waves, place * columns + start)
            ring = _Ring(line, size, orders, weight, signal, there, between, columns, chunk)
            for step in steps:
                step(code, ring)
    return code


def _over_gamma(code: Code, ring: _Ring) -> None:
    plane = ring.chunk * ring.size
    for alpha in code.each(0, code.fixed(ring.size)):
        cosines = code.moved(ring.between, ring.chunk * alpha)
        pointers = code.moved(ring.signal, ring.columns * alpha), cosines, code.moved(cosines, plane * ring.orders)
        code.call(ring.line, pointers, (ring.columns * ring.size, plane, ring.chunk), ring.weight)


def _over_alpha(code: Code, ring: _Ring) -> None:
    """Waves over `α` are cosines where `q` is the kind of the wave over `γ`."""
    wave = ring.columns * (2 * ring.size)
    for kind in range(2):
        for n in code.each(kind, code.fixed(ring.orders)):
            plane = code.moved(ring.between, ring.chunk * ring.size * (n + ring.orders * kind))
            answer = code.moved(ring.waves, wave * n * (2 * ring.orders) + ring.columns * (ring.size * kind))
            pointers = plane, code.moved(answer, wave * kind), code.moved(answer, wave * (1 - kind))
            code.call(ring.line, pointers, (ring.chunk, wave * 2, ring.chunk), ONE)
