"""Fourier sums over SO(3) in real numbers: between a signal on the grid and its real spectrum.

A signal here is `(2b, 2b, 2b, columns)` over `β`, `γ`, `α`, and a spectrum `(coefficients, columns)`, in the real basis
of `svertka.ops.rotation_tables`; a column is a channel of one example. Columns lie innermost in memory, so every sum is
a matrix product over what lies around them and nothing is transposed. Sums over `α` and `γ` know of no more waves than
the spectrum has degrees, and go ring by ring, so what is between the two stays in the processor's fast memory.
"""

from typing import Any

import torch
from torch import Tensor

from svertka.ops import rotation_twins
from svertka.ops.rotation_tables import RotationTables, rotation_tables
from svertka.ops.scratch import scratch


def synthesis(spectrum: Tensor, b: int, degrees: int, *, weighted: bool = False) -> Tensor:
    """The signal on the grid of bandwidth `b` of a real spectrum: `x = Σ_l Σ_mn z^l_mn conj D^l_mn`, without `2l + 1`.

    Args:
        spectrum: `(degrees (4 degrees² - 1)/3, columns)`.
        b: bandwidth of the grid.
        degrees: how many degrees the spectrum has, at most `b`.
        weighted: whether samples are then multiplied with what they count in an integral.

    Returns:
        `(2b, 2b, 2b, columns)`, over `β`, `γ`, `α`.
    """
    return _Synthesis.apply(spectrum, b, degrees, weighted)  # type: ignore[no-any-return, no-untyped-call]


def analysis(x: Tensor, degrees: int, *, weighted: bool = True) -> Tensor:
    """The real spectrum of a signal: `z^l_mn = ∫ x D^l_mn`, or the plain sum over the grid: the adjoint of `synthesis`.

    Args:
        x: `(2b, 2b, 2b, columns)`, over `β`, `γ`, `α`.
        degrees: how many are wanted, at most `b`.
        weighted: whether samples count as in an integral, or 1.

    Returns:
        `(degrees (4 degrees² - 1)/3, columns)`.
    """
    return _Analysis.apply(x, degrees, weighted)  # type: ignore[no-any-return, no-untyped-call]


class _Synthesis(torch.autograd.Function):
    """Each derivative is the sum back, so that derivatives have derivatives."""

    @staticmethod
    def forward(ctx: Any, spectrum: Tensor, b: int, degrees: int, weighted: bool) -> Tensor:
        ctx.of = degrees, weighted
        if rotation_twins.knows(spectrum, 2 * b, degrees):
            return rotation_twins.synthesis(spectrum, b, degrees, weighted=weighted)
        return _synthesise(spectrum, rotation_tables(b, degrees, spectrum.dtype, spectrum.device), weighted)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        degrees, weighted = ctx.of
        return analysis(gradient, degrees, weighted=weighted), None, None, None


class _Analysis(torch.autograd.Function):
    """The other way round."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, degrees: int, weighted: bool) -> Tensor:
        ctx.of = len(x) // 2, degrees, weighted
        if rotation_twins.knows(x, len(x), degrees):
            return rotation_twins.analysis(x, degrees, weighted=weighted)
        return _analyse(x.contiguous(), rotation_tables(len(x) // 2, degrees, x.dtype, x.device), weighted)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        b, degrees, weighted = ctx.of
        return synthesis(gradient, b, degrees, weighted=weighted), None, None


def _synthesise(spectrum: Tensor, tables: RotationTables, weighted: bool) -> Tensor:
    ordered = scratch("ordered", (len(tables.sort), spectrum.shape[1]), spectrum)
    waves = _to_rings(torch.index_select(spectrum, 0, tables.sort, out=ordered), tables)
    orders, _, _, size, columns = waves.shape
    over_alpha = scratch("over", (2, orders, size, columns), spectrum)
    x = spectrum.new_empty(size, size, size, columns)
    alpha = tables.alpha[:, None].expand(2, orders, size, 2 * orders)
    for ring in range(size):
        for kind in range(2):
            torch.bmm(alpha[kind], waves[:, :, kind, ring], out=over_alpha[kind])
        torch.mm(tables.gamma, over_alpha.view(2 * orders, size * columns), out=x[ring].view(size, size * columns))
    return x.mul_(tables.weights.view(-1, 1, 1, 1)) if weighted else x


def _to_rings(spectrum: Tensor, tables: RotationTables) -> Tensor:
    """The sum over degrees: waves `(n, (m, q), kind, β, columns)`."""
    size, orders = tables.gamma.shape[0], tables.gamma.shape[1] // 2
    columns = spectrum.shape[1]
    waves = scratch("waves", (orders, 2 * orders, 2 * size, columns), spectrum)
    for run in tables.runs:
        blocks = spectrum[run.rows].view(*run.table.shape[:2], columns)
        torch.bmm(run.table.transpose(1, 2), blocks, out=waves[run.n, run.blocks])
    return waves.view(orders, 2 * orders, 2, size, columns)


def _analyse(x: Tensor, tables: RotationTables, weighted: bool) -> Tensor:
    size, columns, orders = len(x), x.shape[-1], tables.gamma.shape[1] // 2
    over_gamma = scratch("over", (2, orders, size, columns), x)
    waves = scratch("waves", (2, size, orders, 2 * orders, columns), x)
    alpha = tables.alpha.transpose(1, 2)[:, None].expand(2, orders, 2 * orders, size)
    gamma = tables.gamma.t().expand(size, 2 * orders, size)
    if weighted:
        gamma = gamma * tables.weights.view(-1, 1, 1)
    for ring in range(size):
        torch.mm(gamma[ring], x[ring].view(size, size * columns), out=over_gamma.view(2 * orders, size * columns))
        for kind in range(2):
            torch.bmm(alpha[kind], over_gamma[kind], out=waves[kind, ring])
    return _from_rings(waves, tables).index_select(0, tables.unsort)


def _from_rings(waves: Tensor, tables: RotationTables) -> Tensor:
    """The sum over rings: the sorted spectrum of waves `(kind, β, n, (m, q), columns)`."""
    columns = waves.shape[-1]
    spectrum = scratch("ordered", (len(tables.sort), columns), waves)
    for run in tables.runs:
        blocks = waves[:, :, run.n, run.blocks].flatten(0, 1).transpose(0, 1)
        torch.bmm(run.table, blocks, out=spectrum[run.rows].view(*run.table.shape[:2], columns))
    return spectrum
