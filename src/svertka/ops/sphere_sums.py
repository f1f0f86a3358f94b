"""Fourier sums over the sphere in real numbers: between signals on the grid and their real spectra.

A spectrum here is `(b², signals)`: degree `l` begins at row `l²`, with order `m` at `l² + l + m`, where the cosine of
an order stands at `+m`, the sine at `-m`, as in `svertka.ops.rotation_tables`. Half of each circle is folded onto the
other, since waves of even order agree on the two and odd ones have opposite signs. Then each sum is a matrix product,
whose transposed factor does what would else be a transposed copy.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka import geometry
from svertka.ops.scratch import scratch

Array = NDArray[np.float64]
Places = NDArray[np.int64]


class SphereTables(NamedTuple):
    """What sums over the grid of bandwidth `b` need for the degrees below `L`."""

    even: Tensor  # waves of even orders over the first half of the circle, (orders and kinds, b)
    odd: Tensor  # and of odd orders
    rings: tuple[Tensor, ...]  # for each order, even ones first: Legendre's functions, (degrees, 2b)
    unsort: Tensor  # where each row of a spectrum stands when sorted by order, kind and degree
    sort: Tensor
    weights: Tensor  # (2b,): what a sample counts, ring by ring


def sphere_analysis(x: Tensor, degrees: int, *, weighted: bool = True) -> Tensor:
    """The real spectrum below a degree: `x̃^l_m = ∫ x D̃^l_m0`, or the plain sum over the grid.

    Args:
        x: `(signals, 2b, 2b)`.
        degrees: how many are wanted, at most `b`.
        weighted: whether samples count as in an integral, or 1.

    Returns:
        `(degrees², signals)`.
    """
    return _Analysis.apply(x, degrees, weighted)  # type: ignore[no-any-return, no-untyped-call]


def sphere_synthesis(spectrum: Tensor, b: int, degrees: int) -> Tensor:
    """The signals on the grid of bandwidth `b` of a real spectrum: `x = Σ_lm x̃^l_m D̃^l_m0`, without `2l + 1`.

    Args:
        spectrum: `(degrees², signals)`.
        b: bandwidth of the grid.
        degrees: how many the spectrum has, at most `b`.

    Returns:
        `(signals, 2b, 2b)`.
    """
    return _Synthesis.apply(spectrum, b, degrees)  # type: ignore[no-any-return, no-untyped-call]


class _Analysis(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, degrees: int, weighted: bool) -> Tensor:
        ctx.of = x.shape[-1] // 2, degrees, weighted
        return _analyse(x, sphere_tables(x.shape[-1] // 2, degrees, x.dtype, x.device), weighted)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        b, degrees, weighted = ctx.of
        x = sphere_synthesis(gradient, b, degrees)
        if weighted:
            weights = sphere_tables(b, degrees, x.dtype, x.device).weights[:, None]
            x = x * weights if torch.is_grad_enabled() else x.mul_(weights)
        return x, None, None


class _Synthesis(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, spectrum: Tensor, b: int, degrees: int) -> Tensor:
        ctx.degrees = degrees
        return _synthesise(spectrum, sphere_tables(b, degrees, spectrum.dtype, spectrum.device))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return sphere_analysis(gradient, ctx.degrees, weighted=False), None, None


def _analyse(x: Tensor, tables: SphereTables, weighted: bool) -> Tensor:
    signals, size, _ = x.shape
    half = size // 2
    near, far = x[..., :half], x[..., half:]
    waves = scratch("waves", (2 * len(tables.rings), signals, size), x)
    even, odd = _split(waves, tables)
    torch.mm(tables.even, (near + far).reshape(signals * size, half).t(), out=even)
    torch.mm(tables.odd, (near - far).reshape(signals * size, half).t(), out=odd)
    spectrum = scratch("ordered", (len(tables.sort), signals), x)
    for place, (ring, block) in enumerate(zip(tables.rings, _blocks(spectrum, tables), strict=True)):
        table = ring * tables.weights if weighted else ring
        pair = waves[2 * place : 2 * place + 2].transpose(1, 2)
        torch.bmm(table.expand(2, *table.shape), pair, out=block)
    return spectrum.index_select(0, tables.unsort)


def _synthesise(spectrum: Tensor, tables: SphereTables) -> Tensor:
    signals, half, size = spectrum.shape[1], tables.even.shape[1], len(tables.weights)
    blocks = _blocks(spectrum.index_select(0, tables.sort), tables)
    waves = scratch("waves", (2 * len(tables.rings), signals, size), spectrum)
    for place, (ring, block) in enumerate(zip(tables.rings, blocks, strict=True)):
        torch.bmm(block.transpose(1, 2), ring.expand(2, *ring.shape), out=waves[2 * place : 2 * place + 2])
    even, odd = _split(waves, tables)
    agreeing, opposite = even.t() @ tables.even, odd.t() @ tables.odd
    x = spectrum.new_empty(signals * size, 2 * half)
    torch.add(agreeing, opposite, out=x[:, :half])
    torch.sub(agreeing, opposite, out=x[:, half:])
    return x.view(signals, size, size)


def _split(waves: Tensor, tables: SphereTables) -> tuple[Tensor, Tensor]:
    """Waves `(orders and kinds, signals, rings)` of even and of odd orders, as matrices."""
    even, odd = torch.split(waves, [len(tables.even), len(tables.odd)])
    return even.flatten(1), odd.flatten(1)


def _blocks(spectrum: Tensor, tables: SphereTables) -> list[Tensor]:
    """The parts of a sorted spectrum that belong to each order, `(kinds, degrees, signals)`."""
    parts = torch.split(spectrum, [2 * len(ring) for ring in tables.rings])
    return [part.view(2, len(part) // 2, spectrum.shape[1]) for part in parts]


@lru_cache(maxsize=16)
def sphere_tables(b: int, degrees: int, dtype: torch.dtype, device: torch.device) -> SphereTables:
    """The tables of a grid, made in float64 and kept for all who ask again."""
    beta, alpha = geometry.sphere_grid(b)
    orders = [*range(0, degrees, 2), *range(1, degrees, 2)]
    angles = np.arange(degrees)[:, None] * alpha[:b]
    waves = np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (orders, kinds, places)
    functions = legendre_functions(degrees, beta)
    # A cosine and a sine share what two orders have, and the real basis takes the sign of Condon and Shortley away.
    rings = [functions[m] * (np.sqrt(2) if m else 1.0) * (-1) ** m for m in orders]

    def tensor(table: Any) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(table)).to(device, dtype)

    even, odd = (tensor(waves[first::2].reshape(-1, b)) for first in (0, 1))
    unsort, sort = (torch.from_numpy(places).to(device) for places in _order(orders))
    return SphereTables(even, odd, tuple(map(tensor, rings)), unsort, sort, tensor(geometry.sphere_weights(b)))


def _order(orders: list[int]) -> tuple[Places, Places]:
    """Rows of a spectrum sorted by order, kind and degree, and back; row 0 stands in for sines of order 0."""
    degrees, start = len(orders), 0
    unsort, sort = np.zeros(degrees**2, dtype=np.int64), np.zeros(degrees * (degrees + 1), dtype=np.int64)
    for m in orders:
        l = np.arange(m, degrees)
        for kind in range(2 if m else 1):
            places, sources = start + kind * len(l) + np.arange(len(l)), l * l + l + (-m if kind else m)
            unsort[sources], sort[places] = places, sources
        start += 2 * len(l)
    return unsort, sort


def legendre_functions(degrees: int, beta: Array) -> list[Array]:
    """`d^l_m0(β)` for each order `m` from 0 on, `(degrees - m, rings)` from degree `m` up.

    By the recurrence of three terms from `d^m_m0 = (-1)^m √((2m)!)/(2^m m!) sin^m β` upwards, which is stable.
    """
    cosine, sine = np.cos(beta), np.sin(beta)
    found: list[Array] = []
    start = np.ones_like(cosine)
    for m in range(degrees):
        if m:
            start = -start * sine * np.sqrt((2 * m - 1) / (2 * m))
        rows = [start]
        for l in range(m, degrees - 1):
            below = rows[-2] * np.sqrt(l**2 - m**2) if l > m else 0.0
            rows.append(((2 * l + 1) * cosine * rows[-1] - below) / np.sqrt((l + 1) ** 2 - m**2))
        found.append(np.stack(rows))
    return found
