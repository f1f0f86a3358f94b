"""Fourier transforms of signals on the sphere and on SO(3), and back.

Signals are `(..., 2b, 2b)` and `(..., 2b, 2b, 2b)` on the grids of `geometry.sphere_grid` and
`geometry.rotation_grid`, real or complex, in single or double precision; spectra are laid out as
`svertka.ops.sphere_spectra` says. Derivatives are the adjoint sums, and have derivatives themselves. Tables are made
once for each bandwidth, type and device, and shared.
"""

from collections.abc import Callable
from math import prod

import torch
from torch import Tensor

from svertka.errors import SettingError
from svertka.ops.kinds import Found, Image, like
from svertka.ops.rotation_sums import analysis, synthesis
from svertka.ops.sphere_spectra import bandwidth_of, coefficients, degree_factors, degrees_of, eager, floats
from svertka.ops.sphere_sums import sphere_analysis, sphere_synthesis


def sphere_fft(x: Image, b_out: int | None = None) -> Found:
    """The spectrum of signals on the sphere, `(..., 2b, 2b)` to `(..., b_out²)`: integrals against each harmonic.

    Args:
        x: `(..., 2b, 2b)`, real or complex.
        b_out: how many degrees are wanted; as many as the grid holds, `b`, if not said.

    Raises:
        ShapeError: sizes that are not even, or not equal.
        SettingError: `b_out` is not between 1 and `b`.
    """
    return _forward(x, b_out, "sphere", _sphere_rows)


def sphere_ifft(spectrum: Image, b_out: int | None = None) -> Found:
    """Signals on the sphere `(..., 2 b_out, 2 b_out)` of a spectrum `(..., b²)`, real for a real one.

    Args:
        spectrum: `(..., b²)`, real or complex, in the real basis.
        b_out: bandwidth of the grid, `b` if not said. A finer grid shows the same signal; a coarser one what lies
            below its bandwidth.

    Raises:
        ShapeError: the spectrum has no number of degrees.
        SettingError: `b_out` is no positive integer.
    """
    return _backward(spectrum, b_out, "sphere", _sphere_signals)


def rotation_fft(x: Image, b_out: int | None = None) -> Found:
    """The spectrum of signals on SO(3), `(..., 2b, 2b, 2b)` to `(..., b_out(4 b_out² - 1)/3)`.

    Args:
        x: `(..., 2b, 2b, 2b)`, real or complex, with the axes `β`, `α`, `γ`.
        b_out: how many degrees are wanted; as many as the grid holds, `b`, if not said.

    Raises:
        ShapeError: sizes that are not even, or not equal.
        SettingError: `b_out` is not between 1 and `b`.
    """
    return _forward(x, b_out, "rotations", _rotation_rows)


def rotation_ifft(spectrum: Image, b_out: int | None = None) -> Found:
    """Signals on SO(3) `(..., 2 b_out, 2 b_out, 2 b_out)` of a spectrum `(..., b(4b² - 1)/3)`, as `sphere_ifft`."""
    return _backward(spectrum, b_out, "rotations", _rotation_signals)


@eager
def rotation_columns(x: Tensor, degrees: int) -> Tensor:
    """Spectra as columns, `(coefficients, columns)`, of signals `(..., 2b, 2b, 2b)`.

    Nothing is copied if the leading axes lie innermost in memory, as those of `rotation_signals` do.
    """
    size, lead = x.shape[-1], range(x.dim() - 3)
    inner = x.permute(-3, -1, -2, *lead).reshape(size, size, size, prod(x.shape[:-3]))
    return analysis(inner, degrees)


@eager
def rotation_signals(columns: Tensor, b: int, lead: tuple[int, ...]) -> Tensor:
    """Signals `(*lead, 2b, 2b, 2b)` of spectra that hold the factors `2l + 1` already; leading axes are innermost."""
    x = synthesis(columns, b, degrees_of(len(columns), "rotations")).view(2 * b, 2 * b, 2 * b, *lead)
    return x.permute(*range(3, x.dim()), 0, 2, 1)


@eager
def sphere_columns(x: Tensor, degrees: int) -> Tensor:
    """Spectra as columns, `(degrees², columns)`, of signals `(..., 2b, 2b)`."""
    return sphere_analysis(x.reshape(prod(x.shape[:-2]), *x.shape[-2:]), degrees)


def _sphere_rows(x: Tensor, degrees: int) -> Tensor:
    return sphere_columns(x, degrees).t()


def _rotation_rows(x: Tensor, degrees: int) -> Tensor:
    return rotation_columns(x, degrees).t()


@eager
def _sphere_signals(columns: Tensor, b: int, lead: tuple[int, ...]) -> Tensor:
    return sphere_synthesis(columns, b, degrees_of(len(columns), "sphere")).reshape(*lead, 2 * b, 2 * b)


def _rotation_signals(columns: Tensor, b: int, lead: tuple[int, ...]) -> Tensor:
    return rotation_signals(columns, b, lead)


def _forward(given: Image, b_out: int | None, space: str, rows: Callable[[Tensor, int], Tensor]) -> Found:
    x = floats(given)
    b = bandwidth_of(x, space)
    degrees = b if b_out is None else b_out
    if not 1 <= degrees <= b:
        raise SettingError(f"a grid of bandwidth {b} holds 1 to {b} degrees, not b_out = {b_out}")
    lead = x.shape[: -2 if space == "sphere" else -3]
    found = torch.complex(rows(x.real, degrees), rows(x.imag, degrees)) if x.is_complex() else rows(x, degrees)
    return like(found.reshape(*lead, found.shape[-1]), given)


def _backward(
    given: Image, b_out: int | None, space: str, signals: Callable[[Tensor, int, tuple[int, ...]], Tensor]
) -> Found:
    z = floats(given)
    if not z.dim():
        raise SettingError("a spectrum should be (..., coefficients), not a single number")
    degrees = degrees_of(z.shape[-1], space)
    b = degrees if b_out is None else b_out
    if not isinstance(b, int) or b < 1:
        raise SettingError(f"b_out should be a positive integer, not {b_out!r}")
    kept, lead = min(b, degrees), tuple(z.shape[:-1])
    columns = z[..., : coefficients(kept, space)].reshape(prod(lead), coefficients(kept, space)).t()
    columns = columns * degree_factors(kept, space, z)[:, None]
    if z.is_complex():
        return like(torch.complex(signals(columns.real, b, lead), signals(columns.imag, b, lead)), given)
    return like(signals(columns, b, lead), given)
