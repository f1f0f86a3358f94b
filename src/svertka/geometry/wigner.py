"""Wigner's matrices, by which harmonics on the sphere and on SO(3) mix when they are turned about the y-axis."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import SettingError

Array = NDArray[np.float64]


def wigner_d(degree: int, beta: ArrayLike) -> Array:
    """`d^l(β)`, real and orthogonal, with order `m` in row `l + m` and `n` in column `l + n`.

    A turn about y is one about x between two quarter turns about z, and `J_x` is real, symmetric and tridiagonal, with
    eigenvalues `μ = -l ... l` and eigenvectors `V`. So in real numbers (after Feng et al. 2015, arXiv:1507.04535)

        d_mn = Re i^(n-m) Σ_μ V_mμ V_nμ e^{-iβμ}:  ± Σ V V cos βμ where n - m is even, ± Σ V V sin βμ where it is odd.

    No recurrence is involved: errors stay at rounding for all degrees that fit into memory.

    Args:
        degree: `l`, from 0 on.
        beta: `(...)`, in radians.

    Returns:
        `(..., 2l + 1, 2l + 1)`, in float64, in the phase of Condon and Shortley.

    Raises:
        SettingError: a degree that is no integer from 0 on.
    """
    orders, vectors = np.arange(-_checked(degree), degree + 1), _eigenvectors(int(degree))
    angles = np.asarray(beta, dtype=np.float64)[..., None, None] * orders
    step = (orders - orders[:, None]) % 4
    even, odd = (_times(vectors * wave(angles), vectors.T) for wave in (np.cos, np.sin))
    return np.asarray(np.where(step % 2, odd, even) * np.where(step < 2, 1.0, -1.0))


def _times(stack: Array, matrix: Array) -> Array:
    """A stack of matrices times one, as a single product: small products by several threads wait for one another."""
    return np.asarray((stack.reshape(-1, len(matrix)) @ matrix).reshape(stack.shape))


@lru_cache(maxsize=128)
def _eigenvectors(degree: int) -> Array:
    """Of `J_x`, in columns, by rising eigenvalue."""
    orders = np.arange(-degree, degree)
    beside = np.sqrt(degree * (degree + 1) - orders * (orders + 1)) / 2
    _, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return np.asarray(vectors)


def _checked(degree: int) -> int:
    if isinstance(degree, bool) or not isinstance(degree, int | np.integer) or degree < 0:
        raise SettingError(f"a degree should be an integer from 0 on, not {degree!r}")
    return int(degree)
