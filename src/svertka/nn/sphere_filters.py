"""Where the filters of spherical layers have their values, and what these are worth in the spectrum.

A filter with the value `k_p` at point `p` is the sum of `k_p δ_p`, whose spectrum is `Σ_p k_p D^l(p)`. Points lie on
rings about the north pole or beside the equator, and on SO(3) on turns of such rings (Cohen et al. 2018, section 5, and
the grids of their s2cnn). Each is a row `(β, α)` or `(β, α, γ)`, in radians.

Points lie closer together than a band-limited signal can tell apart, so most filters `δ_p` are nearly alike, and
learning their values goes slowly in all directions in which they differ. Layers therefore learn coordinates of the very
same filters along others that are orthogonal, each as near as can be to one of the `δ_p` (Löwdin 1950,
doi:10.1063/1.1747632).
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.ops.sphere_spectra import degree_factors, eager, real_wigner

Array = NDArray[np.float64]
Points = tuple[tuple[float, ...], ...]
SMALLEST = 1e-9  # singular value over the largest, of filters that are told from none


def pole_points(*, reach: float = np.pi / 8, rings: int = 3, around: int = 8) -> Array:
    """Points on rings about the north pole, up to `β = reach`: `(rings · around, 2)`, 24 if nothing is said."""
    beta = np.arange(1, rings + 1) * reach / rings
    return _product(beta, _circle(around))


def equator_points(*, reach: float = 0.0, rings: int = 1, around: int = 32) -> Array:
    """Points on rings at most `reach` from the equator: `(rings · around, 2)`, 32 if nothing is said."""
    return _product(_beside_equator(reach, rings), _circle(around))


def identity_points(*, reach: float = np.pi / 8, rings: int = 3, around: int = 8, turns: int = 3) -> Array:
    """Rotations that take the pole to rings about it: `(rings · around · turns, 3)`, 72 if nothing is said.

    Each is `R(α, β, τ - α)`, a tilt towards `α` after a turn by `τ`; turns are evenly spread over the circle, and no
    point stands for two, as the ends of a range from -2π to 2π would.
    """
    points = _product(np.arange(1, rings + 1) * reach / rings, _circle(around), _circle(turns))
    points[:, 2] -= points[:, 1]
    return points


def equator_rotations(
    *, reach: float = 0.0, rings: int = 1, around: int = 32, spread: float = np.pi / 8, turns: int = 2
) -> Array:
    """Rotations that take the pole to the equator: `(rings · around · turns, 3)`, 64 if nothing is said.

    After them stand turns `γ` from `-spread` to `spread`.
    """
    return _product(_beside_equator(reach, rings), _circle(around), np.linspace(-spread, spread, turns))


@eager
@lru_cache(maxsize=64)
def filter_matrix(points: Points, degrees: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """`D^l(p)` of all degrees in the real basis, `(coefficients, points)`: spectra of filters from their values.

    On the sphere, where points have two angles, it is the column `n = 0`. Made in float64, and kept.
    """
    beta, alpha, *gamma = np.asarray(points).T
    angles = alpha, beta, gamma[0] if gamma else np.zeros_like(beta)
    blocks = [real_wigner(l, angles) for l in range(degrees)]
    rows = [block.reshape(len(points), -1) if gamma else block[..., l] for l, block in enumerate(blocks)]
    return torch.from_numpy(np.concatenate(rows, axis=1).T.copy()).to(device, dtype)


@eager
@lru_cache(maxsize=64)
def filter_basis(points: Points, degrees: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Orthogonal filters of one norm that make all that values at these points make, `(coefficients, points)`.

    With the singular values of the filters `δ_p = U S Vᵀ`, they are `U Vᵀ` times the root mean square of `S`, so that
    the squares of their norms add up as those of `δ_p` do. Where points are more than independent filters, they are no
    longer orthogonal, but make the same.
    """
    u, s, vt, weights = _singular(points, degrees)
    basis = weights * (u @ vt) * np.sqrt(np.mean(s**2))
    return torch.from_numpy(basis).to(device, dtype)


def coordinates(points: Points, degrees: int) -> Array:
    """The matrix `(points, points)` that takes values at points to coordinates along `filter_basis`."""
    _, s, vt, _ = _singular(points, degrees)
    return np.asarray((vt.T * s) @ vt / np.sqrt(np.mean(s**2)))


def frozen(points: Array | Sequence[Sequence[float]]) -> Points:
    """Points as a value that can be compared."""
    return tuple(tuple(map(float, point)) for point in points)


def _singular(points: Points, degrees: int) -> tuple[Array, Array, Array, Array]:
    """`U`, `S` and `Vᵀ` of filters in coefficients whose squares add up to norms, and what undoes these weights."""
    matrix = filter_matrix(points, degrees, torch.float64, torch.device("cpu"))
    factors = degree_factors(degrees, "sphere" if len(points[0]) == 2 else "rotations", matrix)[:, None].sqrt().numpy()
    u, s, vt = np.linalg.svd(factors * matrix.numpy(), full_matrices=False)
    there = s > SMALLEST * s[0]
    return u[:, there], s[there], vt[there], 1 / factors


def _circle(count: int) -> Array:
    return np.arange(count) * 2 * np.pi / count


def _beside_equator(reach: float, rings: int) -> Array:
    return np.asarray(np.pi / 2 + (np.linspace(-reach, reach, rings) if rings > 1 else np.zeros(1)))


def _product(*axes: Array) -> Array:
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
