"""Correlations on the sphere and on SO(3), by the Fourier theorem: products of spectra, degree by degree.

`svertka.reference.s2_correlate` and `so3_correlate` take the same integrals as they are defined.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from svertka.errors import ShapeError
from svertka.ops.kinds import Found, Image, like
from svertka.ops.sphere_spectra import bandwidth_of, degree_factors, degrees_of, floats, sizes
from svertka.ops.sphere_transforms import rotation_columns, rotation_signals, sphere_columns


def sphere_correlate(f: Image, psi: Image, b_out: int | None = None) -> Found:
    """`(f ⋆ ψ)(R) = ∫ f(x) ψ(R⁻¹x) dx`, summed over channels: how alike a signal and a turned filter are.

    Args:
        f: real signals, `(batch, in, 2b, 2b)`.
        psi: real filters, `(out, in, 2b', 2b')`, whose bandwidth may be another.
        b_out: bandwidth of the answer; the smaller of the two if not said, and no larger.

    Returns:
        `(batch, out, 2 b_out, 2 b_out, 2 b_out)`, with the axes `β`, `α`, `γ`.

    Raises:
        ShapeError: sizes that are not even or not equal, another number of channels, or `b_out` is too large.
    """
    return _correlate(f, psi, b_out, "sphere")


def rotation_correlate(f: Image, psi: Image, b_out: int | None = None) -> Found:
    """`(f ⋆ ψ)(R) = ∫ f(Q) ψ(R⁻¹Q) dQ`, summed over channels.

    Args:
        f: real signals, `(batch, in, 2b, 2b, 2b)`.
        psi: real filters, `(out, in, 2b', 2b', 2b')`.
        b_out: as in `sphere_correlate`.

    Returns:
        `(batch, out, 2 b_out, 2 b_out, 2 b_out)`.

    Raises:
        ShapeError: sizes that are not even or not equal, another number of channels, or `b_out` is too large.
    """
    return _correlate(f, psi, b_out, "rotations")


def sphere_product(x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
    """`z^l = x^l (y^l)ᵀ` for each degree: an outer product of orders, a sum over channels.

    Args:
        x: spectra of signals, `(degrees², batch, in)`.
        y: spectra of filters, `(degrees², in, out)`.
        bias: numbers to add to all samples of a channel, `(out,)`; they stand in degree 0.

    Returns:
        `(degrees(4 degrees² - 1)/3, batch · out)`.
    """
    return _product(_outer, x, y, bias, "sphere")


def rotation_product(x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
    """`z^l = x^l (y^l)ᵀ` for each degree: a product of matrices, with a sum over channels.

    Args:
        x: spectra of signals, `(coefficients, batch, in)`.
        y: spectra of filters, `(coefficients, in, out)`.
        bias: numbers to add to all samples of a channel, `(out,)`; they stand in degree 0.

    Returns:
        `(coefficients, batch · out)`.
    """
    return _product(_matrices, x, y, bias, "rotations")


def _product(
    degree: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor, bias: Tensor | None, space: str
) -> Tensor:
    counts = sizes(degrees_of(len(x), space), space)
    first, *others = [degree(*pair) for pair in zip(torch.split(x, counts), torch.split(y, counts), strict=True)]
    return torch.cat([first if bias is None else first + bias.repeat(x.shape[1]), *others])


def _outer(x: Tensor, y: Tensor) -> Tensor:
    orders, batch, cin = x.shape
    left, right = x.reshape(orders * batch, cin), y.transpose(0, 1).reshape(cin, -1)
    return (left @ right).view(orders, batch, orders, -1).transpose(1, 2).reshape(orders**2, -1)


def _matrices(x: Tensor, y: Tensor) -> Tensor:
    orders, (_, batch, cin) = round(len(x) ** 0.5), x.shape
    left = x.view(orders, orders, batch, cin).transpose(1, 2).reshape(orders * batch, orders * cin)
    right = y.view(orders, orders, cin, -1).permute(1, 2, 0, 3).reshape(orders * cin, -1)
    return (left @ right).view(orders, batch, orders, -1).transpose(1, 2).reshape(orders**2, -1)


def _correlate(f: Image, psi: Image, b_out: int | None, space: str) -> Found:
    signals, filters = floats(f), floats(psi)
    least = min(bandwidth_of(signals, space), bandwidth_of(filters, space))
    b = least if b_out is None else b_out
    rank = 4 if space == "sphere" else 5
    if signals.dim() != rank or filters.dim() != rank or signals.shape[1] != filters.shape[1]:
        raise ShapeError(
            f"correlation on {space} wants signals (batch, in, ...) and filters (out, in, ...) of as many channels, "
            f"not shapes {tuple(signals.shape)} and {tuple(filters.shape)}"
        )
    if not 1 <= b <= least:
        raise ShapeError(f"signals and filters know of {least} degrees: b_out should be 1 to {least}, not {b}")
    columns, product = (sphere_columns, sphere_product) if space == "sphere" else (rotation_columns, rotation_product)
    x = columns(signals, b).view(-1, *signals.shape[:2])
    y = columns(filters.to(signals), b).view(-1, *filters.shape[:2]).transpose(1, 2)
    z = product(x, y) * degree_factors(b, "rotations", x)[:, None]
    return like(rotation_signals(z, b, (len(signals), len(filters))), f)
