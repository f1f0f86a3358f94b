"""Tables for Fourier sums over SO(3) in real numbers.

In place of orders `m` and `-m`, which are conjugate for real signals, stand a cosine (row `+m`) and a sine (row `-m`):
with the unitary matrix `U` that makes them, a degree of a spectrum is the real matrix `z = U x̂ U†`. Then a signal is

    x(α, β, γ) = Σ_mn Σ_ts  trig_t(mα) · trig_s(nγ) · Σ_l table(β, l) · z,   trig = (cos, sin),

with `m` and `n` from 0 on. Which of the four products of waves a coefficient drives is decided by its row and column:
with both or neither a sine, the two whose kinds `t` and `s` are equal, otherwise the two others. So all falls into
blocks `(n, m, q)`, where `q = t xor s`, and each block is a small matrix between `(s, l)` of a spectrum and `(s, β)`
of the waves. Blocks of equal `n` whose degrees begin about alike are one batch of a product: a `Run`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka import geometry

Array = NDArray[np.float64]
Places = NDArray[np.int64]
SHARE = 2  # a half of the orders beyond n goes into one run: fewer products against more zeros in them


class Run(NamedTuple):
    """Blocks of one order `n` whose degrees begin alike, but for zeros."""

    n: int
    blocks: slice  # of all `(m, q)`, of which an order `n` has `2L`
    rows: slice  # of the sorted spectrum
    table: Tensor  # (blocks, 2 · degrees, 2 · rings), from the waves at each ring to the spectrum


class RotationTables(NamedTuple):
    """All that a Fourier sum over SO(3) needs for a grid of bandwidth `b` and the degrees below `L`."""

    runs: tuple[Run, ...]
    sort: (
        Tensor  # which row of a spectrum stands at each row of the sorted one; rows that are no wave count for nothing
    )
    unsort: Tensor  # where each row of a spectrum went
    alpha: Tensor  # (2, 2b, 2L): waves by `(m, q)`, for either kind of the wave over γ
    gamma: Tensor  # (2b, 2L): waves by `(kind, n)`
    weights: Tensor  # (2b,): what a sample counts, ring by ring


class _Plan(NamedTuple):
    n: int
    first: int  # of the orders m
    last: int  # the one after the last
    lowest: int  # degree
    start: int  # row of the sorted spectrum
    degrees: int

    @property
    def rows(self) -> int:
        return 4 * (self.last - self.first) * self.degrees


@lru_cache(maxsize=16)
def rotation_tables(b: int, degrees: int, dtype: torch.dtype, device: torch.device) -> RotationTables:
    """The tables of a grid, made in float64 and kept for all who ask again.

    Args:
        b: the bandwidth of the grid.
        degrees: how many degrees a spectrum has, at most `b`.
        dtype: float32 or float64.
        device: where the tables shall lie.
    """
    plans = tuple(_plans(degrees))
    tables = [one.to(device).flatten(0, 1).flatten(1, 2).flatten(2, 3) for one in _blocks(plans, b, degrees, dtype)]
    runs = [
        Run(plan.n, slice(2 * plan.first, 2 * plan.last), slice(plan.start, plan.start + plan.rows), table)
        for plan, table in zip(plans, tables, strict=True)
    ]
    sort, unsort = (torch.from_numpy(places).to(device) for places in _order(plans, degrees))
    arrays = *_waves(b, degrees), geometry.rotation_weights(b)
    alpha, gamma, weights = (torch.from_numpy(array).to(device, dtype) for array in arrays)
    return RotationTables(tuple(runs), sort, unsort, alpha, gamma, weights)


def row_of(l: Places, m: Places | int, n: Places | int) -> Places:
    """Where a spectrum keeps a coefficient: degree after degree, row after row, orders from `-l` to `l`."""
    return np.asarray(l * (4 * l * l - 1) // 3 + (l + m) * (2 * l + 1) + l + n)


def _plans(degrees: int) -> Iterator[_Plan]:
    """For each `n`, the orders up to it as one run, since degrees begin at `n`; then those beyond, a few at a time."""
    start = 0
    for n in range(degrees):
        few = max(1, (degrees - n) // SHARE)
        beyond = range(n + 1, degrees, few)
        for first, last in [(0, n + 1), *((m, min(m + few, degrees)) for m in beyond)]:
            lowest = max(n, first)
            plan = _Plan(n, first, last, lowest, start, degrees - lowest)
            start += plan.rows
            yield plan


def _order(plans: tuple[_Plan, ...], degrees: int) -> tuple[Places, Places]:
    """The rows of a spectrum in the order of the runs, and back; row 0 stands in for sines of order 0."""
    sort = np.zeros(plans[-1].start + plans[-1].rows, dtype=np.int64)
    unsort = np.zeros(degrees * (4 * degrees**2 - 1) // 3, dtype=np.int64)
    for plan in plans:
        for m in range(plan.first, plan.last):
            l = np.arange(max(m, plan.n), degrees)
            for q, s in np.ndindex(2, 2):
                if (q ^ s and not m) or (s and not plan.n):
                    continue
                row, column = (-m if q ^ s else m), (-plan.n if s else plan.n)
                start = plan.start + (((m - plan.first) * 2 + q) * 2 + s) * plan.degrees
                places, sources = start + l - plan.lowest, row_of(l, row, column)
                sort[places], unsort[sources] = sources, places
    return sort, unsort


def _waves(b: int, degrees: int) -> tuple[Array, Array]:
    """Cosines and sines over `α`, by `(kind over γ, place, (m, q))`, and over `γ`, by `(place, (kind, n))`."""
    _, alpha = geometry.sphere_grid(b)
    angles = np.outer(alpha, np.arange(degrees))
    pair = np.stack([np.cos(angles), np.sin(angles)])
    by_kind = np.stack([pair, pair[::-1]])  # the kind over α is q, or the other one
    over_alpha = np.moveaxis(by_kind, 1, 3).reshape(2, 2 * b, 2 * degrees)
    return np.ascontiguousarray(over_alpha), np.concatenate([*pair], axis=1)


def block_entries(b: int, degrees: int, dtype: torch.dtype) -> Iterator[Tensor]:
    """For each degree `l`, what its coefficients and waves have to do with each other on a grid of bandwidth `b`.

    Returns:
        `(n, m, q, kind s of the spectrum, kind s of the waves, rings)`, for `n` and `m` up to `l`.
    """
    beta, _ = geometry.sphere_grid(b)
    same, mirrored = _factors(degrees)
    for l in range(degrees):
        d, low = np.moveaxis(geometry.wigner_d(l, beta), 0, -1), slice(None, l + 1)
        block = same[low, low, ..., None] * d[l:, l:, None, None, None].swapaxes(0, 1)
        block += mirrored[low, low, ..., None] * d[l:, l::-1, None, None, None].swapaxes(0, 1)
        yield torch.from_numpy(block).to(dtype)


def _blocks(plans: tuple[_Plan, ...], b: int, degrees: int, dtype: torch.dtype) -> list[Tensor]:
    """The matrices of all runs, `(orders m, q, kind s of the spectrum, degrees, kind s of the waves, rings)`."""
    tables = [torch.zeros(p.last - p.first, 2, 2, p.degrees, 2, 2 * b, dtype=dtype) for p in plans]
    for l, entries in enumerate(block_entries(b, degrees, dtype)):
        for plan, table in zip(plans, tables, strict=True):
            if l >= plan.lowest:
                orders = entries[plan.n, plan.first : plan.last]
                table[: len(orders), :, :, l - plan.lowest] = orders
    return tables


def _factors(degrees: int) -> tuple[Array, Array]:
    """What `d^l_mn` and `d^l_m-n` count in each block, `(n, m, q, kind of the spectrum, kind of the wave)`.

    That is the sum over both signs of both orders of `conj U[M, ±m] · U[N, ±n] · (±i)^t (±i)^s`, where
    `d^l_-m-n = (-1)^(m-n) d^l_mn` brings four terms to two.
    """
    m, n = np.arange(degrees), np.arange(degrees)[:, None]
    turned = (-1.0) ** (m - n)
    same, mirrored = np.zeros((2, degrees, degrees, 2, 2, 2))
    for q, kind, wave in np.ndindex(2, 2, 2):
        rows = {sign: _basis(kind ^ q, sign, m).conj() * (1j * sign) ** (wave ^ q) for sign in (1, -1)}
        columns = {sign: _basis(kind, sign, n) * (1j * sign) ** wave for sign in (1, -1)}
        same[..., q, kind, wave] = (rows[1] * columns[1] + turned * rows[-1] * columns[-1]).real
        mirrored[..., q, kind, wave] = (rows[1] * columns[-1] + turned * rows[-1] * columns[1]).real
    return same, mirrored


def _basis(kind: int, sign: int, orders: Places) -> NDArray[np.complex128]:
    """The entry of `U` in the row of a cosine (kind 0) or sine (1) and the column of an order with a sign."""
    entry = {(0, 1): (-1.0) ** orders, (0, -1): 1.0, (1, 1): 1j * (-1.0) ** orders, (1, -1): -1j}[kind, sign]
    alone = 1.0 if (kind, sign) == (0, 1) else 0.0
    return np.asarray(np.where(orders == 0, alone, entry / np.sqrt(2)), dtype=np.complex128)
