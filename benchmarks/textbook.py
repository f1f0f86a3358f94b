"""Layers on S² and SO(3) as the algorithm stands in the paper: complex numbers, one degree after the other.

The baseline of `benchmarks/sphere.py` (Cohen et al. 2018, arXiv:1801.10130, laid out as in their s2cnn): a fast Fourier
transform over the longitudes, a sum over the colatitudes for each degree, a product of complex matrices for each
degree, and all of it back. Derivatives are the adjoint sums, likewise degree by degree. Spectra are `(coefficients,
batch, channels)`, degree after degree; on SO(3) the orders `m` and `n` of a degree lie one after the other. Measures
add up to 1.

It is plain on purpose, but nothing in it is slow for show: tables are made once, sums are batched products of PyTorch.
`tests/contracts/test_textbook.py` compares it with the direct sums of `svertka.reference`.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from svertka import geometry, reference

Table = list[Tensor]
Points = NDArray[np.float64]  # (points, 2 or 3): colatitude, longitude and, on SO(3), the third angle


class SphereLayer(nn.Module):
    """S² to SO(3): `(batch, in, 2 b_in, 2 b_in)` to `(batch, out, 2 b_out, 2 b_out, 2 b_out)`."""

    def __init__(self, cin: int, cout: int, b_in: int, b_out: int, points: Points) -> None:
        super().__init__()
        self.b_out = b_out
        self.scale = 2 * b_in / (b_out * math.sqrt(len(points) * cin))
        self.kernel = nn.Parameter(torch.empty(cin, cout, len(points)).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.zeros(cout))
        rows = [wigner_matrices(l, *points.T, 0.0)[..., l] for l in range(b_out)]
        self.register_buffer("rows", torch.from_numpy(np.concatenate(rows, axis=1)).to(torch.complex64))

    def forward(self, x: Tensor) -> Tensor:
        signals = sphere_spectrum(x, self.b_out)
        filters = torch.einsum("iop,pm->mio", (self.kernel * self.scale).to(self.rows.dtype), self.rows)
        spectrum = sphere_product(signals, filters, self.b_out)
        return rotation_signal(spectrum, self.b_out) + self.bias.view(-1, 1, 1, 1)


class RotationLayer(nn.Module):
    """SO(3) to SO(3): `(batch, in, 2 b_in, 2 b_in, 2 b_in)` to `(batch, out, 2 b_out, 2 b_out, 2 b_out)`."""

    def __init__(self, cin: int, cout: int, b_in: int, b_out: int, points: Points) -> None:
        super().__init__()
        self.b_out = b_out
        self.scale = 1 / math.sqrt(len(points) * cin * b_out**3 / b_in**3)
        self.kernel = nn.Parameter(torch.empty(cin, cout, len(points)).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.zeros(cout))
        rows = [wigner_matrices(l, *points.T).reshape(len(points), -1) for l in range(b_out)]
        self.register_buffer("rows", torch.from_numpy(np.concatenate(rows, axis=1)).to(torch.complex64))

    def forward(self, x: Tensor) -> Tensor:
        signals = rotation_spectrum(x, self.b_out)
        filters = torch.einsum("iop,pm->mio", (self.kernel * self.scale).to(self.rows.dtype), self.rows)
        spectrum = rotation_product(signals, filters, self.b_out)
        return rotation_signal(spectrum, self.b_out) + self.bias.view(-1, 1, 1, 1)


def wigner_matrices(l: int, beta: Any, alpha: Any, gamma: Any) -> NDArray[np.complex128]:
    """`D^l_mn(α, β, γ)` of points, `(points, 2l + 1, 2l + 1)`."""
    return reference.wigner_matrix(l, alpha, beta, gamma)


def sphere_product(x: Tensor, y: Tensor, b: int) -> Tensor:
    """`ẑ^l_mn = Σ_i x̂^l_m conj ŷ^l_n` for each degree."""
    degrees = zip(x.split(orders(b)), y.split(orders(b)), strict=True)
    return torch.cat([torch.einsum("mbi,nio->mnbo", one, two.conj()).flatten(0, 1) for one, two in degrees])


def rotation_product(x: Tensor, y: Tensor, b: int) -> Tensor:
    """`ẑ^l = Σ_i x̂^l (ŷ^l)†` for each degree."""
    products = []
    for size, one, two in zip(orders(b), x.split(squares(b)), y.split(squares(b)), strict=True):
        left, right = (part.unflatten(0, (size, size)) for part in (one, two))
        products.append(torch.einsum("mpbi,npio->mnbo", left, right.conj()).flatten(0, 1))
    return torch.cat(products)


def sphere_spectrum(x: Tensor, b: int) -> Tensor:
    """The degrees below `b` of signals `(batch, channels, 2 b_in, 2 b_in)`."""
    return _SphereSpectrum.apply(x, b)  # type: ignore[no-any-return]


def rotation_spectrum(x: Tensor, b: int) -> Tensor:
    """The degrees below `b` of signals `(batch, channels, 2 b_in, 2 b_in, 2 b_in)`."""
    return _RotationSpectrum.apply(x, b)  # type: ignore[no-any-return]


def rotation_signal(spectrum: Tensor, b: int) -> Tensor:
    """Real signals `(batch, channels, 2b, 2b, 2b)` of a spectrum."""
    return _RotationSignal.apply(spectrum, b)  # type: ignore[no-any-return]


class _SphereSpectrum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, b: int) -> Tensor:
        ctx.sizes = x.shape[-1] // 2, b
        table = sphere_table(x.shape[-1] // 2, b, x.dtype)
        waves = torch.view_as_real(torch.fft.fft(x.flatten(0, 1), dim=-1))
        degrees = [torch.einsum("jm,zjmc->mzc", d, waves[:, :, _places(l)]) for l, d in enumerate(table)]
        return torch.view_as_complex(torch.cat(degrees)).unflatten(1, x.shape[:2])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        b_in, b = ctx.sizes
        numbers = torch.view_as_real(gradient.flatten(1, 2).contiguous())
        waves = numbers.new_zeros(numbers.shape[1], 2 * b_in, 2 * b_in, 2)
        for l, (d, one) in enumerate(zip(sphere_table(b_in, b, waves.dtype), numbers.split(orders(b)), strict=True)):
            waves[:, :, _places(l)] += torch.einsum("jm,mzc->zjmc", d, one)
        signal = torch.fft.ifft(torch.view_as_complex(waves), dim=-1, norm="forward").real
        return signal.unflatten(0, gradient.shape[1:]), None


class _RotationSpectrum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, b: int) -> Tensor:
        ctx.sizes = x.shape[-1] // 2, b
        return _analyse(x, x.shape[-1] // 2, b, weighted=True)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        return _synthesise(gradient, *ctx.sizes, weighted=True), None


class _RotationSignal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, spectrum: Tensor, b: int) -> Tensor:
        ctx.b = b
        return _synthesise(spectrum, b, b, weighted=False)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        return _analyse(gradient, ctx.b, ctx.b, weighted=False), None


def _analyse(x: Tensor, b_grid: int, b: int, *, weighted: bool) -> Tensor:
    """Signals to spectra, `(batch, channels, 2 b_grid, …)` to `(coefficients, batch, channels)`."""
    waves = torch.view_as_real(torch.fft.fft2(x.flatten(0, 1)))
    degrees = []
    for l, d in enumerate(rotation_table(b_grid, b, x.dtype, weighted)):
        near = waves[:, :, _places(l)][:, :, :, _places(l)]
        degrees.append(torch.einsum("jmn,zjmnc->mnzc", d, near).flatten(0, 1))
    return torch.view_as_complex(torch.cat(degrees)).unflatten(1, x.shape[:2])


def _synthesise(spectrum: Tensor, b_grid: int, b: int, *, weighted: bool) -> Tensor:
    """Spectra to real signals: the adjoint of `_analyse` with the same table."""
    numbers = torch.view_as_real(spectrum.flatten(1, 2).contiguous())
    size = 2 * b_grid
    waves = numbers.new_zeros(numbers.shape[1], size, size, size, 2)
    table = rotation_table(b_grid, b, waves.dtype, weighted)
    for l, (d, one) in enumerate(zip(table, numbers.split(squares(b)), strict=True)):
        part = torch.einsum("jmn,mnzc->zjmnc", d, one.unflatten(0, (2 * l + 1, 2 * l + 1)))
        for rows, to_rows in _halves(l):
            for columns, to_columns in _halves(l):
                waves[:, :, to_rows, to_columns] += part[:, :, rows, columns]
    signal = torch.fft.ifft2(torch.view_as_complex(waves), norm="forward").real
    return signal.unflatten(0, spectrum.shape[1:])


@lru_cache
def sphere_table(b_grid: int, b: int, dtype: torch.dtype) -> Table:
    """For each degree `w_j d^l_m0(β_j)`, `(2 b_grid, 2l + 1)`."""
    beta, _ = geometry.sphere_grid(b_grid)
    weights = geometry.sphere_weights(b_grid)[:, None]
    return [torch.from_numpy(reference.wigner_d(l, beta)[..., l] * weights).to(dtype) for l in range(b)]


@lru_cache
def rotation_table(b_grid: int, b: int, dtype: torch.dtype, weighted: bool) -> Table:
    """For each degree `d^l_mn(β_j)`, `(2 b_grid, 2l + 1, 2l + 1)`, times `w_j` to analyse or `2l + 1` to synthesise."""
    beta, weights = geometry.sphere_grid(b_grid)[0], geometry.rotation_weights(b_grid)[:, None, None]
    factors = [weights if weighted else 2 * l + 1 for l in range(b)]
    return [torch.from_numpy(reference.wigner_d(l, beta) * factor).to(dtype) for l, factor in enumerate(factors)]


def orders(b: int) -> list[int]:
    """How many orders each degree below `b` has."""
    return [2 * l + 1 for l in range(b)]


def squares(b: int) -> list[int]:
    """How many coefficients each degree below `b` has on SO(3)."""
    return [size**2 for size in orders(b)]


def _places(l: int) -> list[int]:
    """Where a Fourier transform keeps the orders from `-l` to `l`."""
    return list(range(-l, l + 1))


def _halves(l: int) -> list[tuple[slice, slice]]:
    """The orders from 0 on and those below, in a degree and in a Fourier transform."""
    return [(slice(l, None), slice(None, l + 1)), (slice(None, l), slice(-l, None))][: 2 if l else 1]
