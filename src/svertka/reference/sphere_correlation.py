"""Correlation on the sphere and on SO(3): how alike a signal and a filter are, for every turn of the filter.

Both are taken as they are defined, integral by integral, without a Fourier transform or Wigner matrices, which the
fast ways need: that is what makes them an oracle for these. A filter of bandwidth `b` is known between its samples by
the reproducing kernel `K` of all signals of that bandwidth,

    ψ(x) = Σ_p w_p K(x, p) ψ(p),   K(x, p) = Σ_{l<b} (2l + 1) × a function of the angle between x and p,

with the samples `p` and weights `w` of the grid. On the sphere the function is Legendre's `P_l(cos θ)`, by the addition
theorem of harmonics. On SO(3) it is the character `χ_l(θ) = Σ_{|m|≤l} cos mθ` of the rotation from `p` to `x`, by an
angle `θ`. Both depend on nothing but an inner product: of unit vectors `cos θ`, and of rotation matrices
`tr(pᵀ x) = 1 + 2 cos θ`. What samples hold above the bandwidth, `K` takes away.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import ArrayLike

from svertka.errors import ShapeError
from svertka.geometry import rotation_grid, rotation_matrix, rotation_weights, sphere_grid, sphere_weights
from svertka.reference.axes import Array, like, numbers
from svertka.reference.sphere import square


class CorrelationGradients(NamedTuple):
    """How a loss changes with the signals and with the filters of a correlation; each is shaped as these."""

    f: Array
    psi: Array


class Space(NamedTuple):
    """A grid of a bandwidth, and the kernel of signals on it."""

    points: Array  # (points, 3, columns): unit vectors as one column, or rotation matrices
    weights: Array  # (points,)
    kernel: Callable[[Array], Array]  # of the inner product of two points
    rotations: Array  # (8b³, 3, 3): the grid of SO(3), on which correlations live


def s2_correlate(f: ArrayLike, psi: ArrayLike) -> Array:
    """`(f ⋆ ψ)(R) = ∫ f(x) ψ(R⁻¹x) dx`, summed over channels, for every `R` of the grid of SO(3).

    The integral is the sum over the grid with the weights of `sphere_weights`, which is exact for signals of
    bandwidth `b` (Cohen et al. 2018, section 3).

    Args:
        f: signals, `(batch, in, 2b, 2b)`.
        psi: filters, `(out, in, 2b, 2b)`.

    Returns:
        `(batch, out, 2b, 2b, 2b)`, with the axes `β`, `α`, `γ`.

    Raises:
        ShapeError: sizes that are not even or not equal, or another number of channels.
    """
    return _correlate(*_matched(f, psi, 2, "the sphere"))


def s2_correlate_backward(gradient: ArrayLike, f: ArrayLike, psi: ArrayLike) -> CorrelationGradients:
    """The gradients of `s2_correlate`, from `g = ∂L/∂y` of the shape of its output.

    With the kernel of the filter, `y[R] = Σ_x Σ_p w_x f[x] K(x, R p) w_p ψ[p]` is linear in both, so

        ∂L/∂f[x] = w_x Σ_R g[R] Σ_p K(x, R p) w_p ψ[p]: gradients carry the turned filters back;
        ∂L/∂ψ[p] = w_p Σ_R g[R] Σ_x K(x, R p) w_x f[x]: and the signals, seen from where the filter stood.

    The one sums over output channels, the other over the batch.
    """
    return _correlate_backward(gradient, *_matched(f, psi, 2, "the sphere"))


def so3_correlate(f: ArrayLike, psi: ArrayLike) -> Array:
    """`(f ⋆ ψ)(R) = ∫ f(Q) ψ(R⁻¹Q) dQ`, summed over channels, for every `R` of the grid of SO(3).

    The integral is the sum over the grid with the weights of `rotation_weights`, which is exact for signals of
    bandwidth `b` (Cohen et al. 2018, section 3).

    Args:
        f: signals, `(batch, in, 2b, 2b, 2b)`.
        psi: filters, `(out, in, 2b, 2b, 2b)`.

    Returns:
        `(batch, out, 2b, 2b, 2b)`, with the axes `β`, `α`, `γ`.

    Raises:
        ShapeError: sizes that are not even or not equal, or another number of channels.
    """
    return _correlate(*_matched(f, psi, 3, "SO(3)"))


def so3_correlate_backward(gradient: ArrayLike, f: ArrayLike, psi: ArrayLike) -> CorrelationGradients:
    """The gradients of `so3_correlate`: those of `s2_correlate_backward`, with rotations in place of points.

    ∂L/∂f[Q] = w_Q Σ_R g[R] Σ_P K(Q, R P) w_P ψ[P]
    ∂L/∂ψ[P] = w_P Σ_R g[R] Σ_Q K(Q, R P) w_Q f[Q]
    """
    return _correlate_backward(gradient, *_matched(f, psi, 3, "SO(3)"))


def _correlate(f: Array, psi: Array, space: Space) -> Array:
    signals, filters = _weighted(f, space), _weighted(psi, space)
    y = [np.einsum("biq,oiq->bo", signals, filters @ kernel.T) for kernel in _turned_kernels(space)]
    return np.stack(y, axis=-1).reshape(_output_shape(f, psi))


def _correlate_backward(gradient: ArrayLike, f: Array, psi: Array, space: Space) -> CorrelationGradients:
    signals, filters = _weighted(f, space), _weighted(psi, space)
    g = like(gradient, _output_shape(f, psi)).reshape(len(f), len(psi), -1)
    to_f, to_psi = np.zeros_like(signals), np.zeros_like(filters)
    for place, kernel in enumerate(_turned_kernels(space)):
        to_f += np.einsum("bo,oiq->biq", g[..., place], filters @ kernel.T)
        to_psi += np.einsum("bo,biq->oiq", g[..., place], signals) @ kernel
    return CorrelationGradients(
        f=(to_f * space.weights).reshape(f.shape), psi=(to_psi * space.weights).reshape(psi.shape)
    )


def _turned_kernels(space: Space) -> Iterator[Array]:
    """`K(q, R p)` of all pairs of points, `(points, points)`, for each rotation `R` of the grid."""
    flat = space.points.reshape(len(space.points), -1)
    for rotation in space.rotations:
        turned = (rotation @ space.points).reshape(flat.shape)
        yield space.kernel(flat @ turned.T)


def _s2(b: int) -> Space:
    beta, alpha = sphere_grid(b)
    points = rotation_matrix(alpha, beta[:, None], 0.0)[..., 2:].reshape(-1, 3, 1)
    degrees = 2.0 * np.arange(b) + 1
    weights = np.repeat(sphere_weights(b), 2 * b)
    return Space(points, weights, lambda cosine: numbers(legendre.legval(cosine, degrees)), _rotations(b))


def _so3(b: int) -> Space:
    """The kernel of SO(3), its cosines summed over degrees.

    `K = Σ_{l<b} (2l + 1) χ_l = b² + 2 Σ_{0<m<b} (b² - m²) cos mθ`.
    """
    series = (b**2 - np.arange(b) ** 2) * np.where(np.arange(b) > 0, 2, 1)
    weights, rotations = np.repeat(rotation_weights(b), (2 * b) ** 2), _rotations(b)
    return Space(rotations, weights, lambda trace: numbers(chebyshev.chebval((trace - 1) / 2, series)), rotations)


def _rotations(b: int) -> Array:
    beta, alpha, gamma = rotation_grid(b)
    return rotation_matrix(alpha[:, None], beta[:, None, None], gamma).reshape(-1, 3, 3)


def _matched(f: ArrayLike, psi: ArrayLike, axes: int, name: str) -> tuple[Array, Array, Space]:
    """Signals, filters whose shapes fit them, and the space on which they live."""
    signals, filters = numbers(f), numbers(psi)
    b = square(signals.shape, axes, name)
    if signals.ndim != axes + 2 or filters.ndim != axes + 2 or signals.shape[1:] != filters.shape[1:]:
        sizes = ", ".join(["2b"] * axes)
        raise ShapeError(
            f"correlation on {name} wants signals (batch, in, {sizes}) and filters (out, in, {sizes}), "
            f"not shapes {signals.shape} and {filters.shape}"
        )
    return signals, filters, _s2(b) if axes == 2 else _so3(b)


def _weighted(x: Array, space: Space) -> Array:
    """Signals with their axes of the grid as one, each sample times its weight."""
    return np.asarray(x.reshape(*x.shape[:2], -1) * space.weights)


def _output_shape(f: Array, psi: Array) -> tuple[int, ...]:
    return (len(f), len(psi), *[f.shape[-1]] * 3)
