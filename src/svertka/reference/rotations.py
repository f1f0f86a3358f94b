"""Signals on the group of rotations, SO(3): their grid, integrals, Fourier transform and rotations.

A signal of bandwidth `b` is `(..., 2b, 2b, 2b)`: samples at `R(α, β, γ)` with the axes `β`, `α`, `γ`, where
`β_j = π(2j + 1)/4b`, `α_k = πk/b` and `γ_i = πi/b`. Conventions are those of Cohen et al. 2018 (arXiv:1801.10130).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from svertka.geometry import Angles, rotation_grid, rotation_weights
from svertka.reference.axes import Array, numbers
from svertka.reference.sphere import degrees_of, square
from svertka.reference.wigner import Complex, wigner_matrix


def so3_analyse(x: ArrayLike) -> list[Complex]:
    """The spectrum of a signal: `x̂^l_mn = ∫ x(R) D^l_mn(R) dR`, for `l < b`.

    Args:
        x: `(..., 2b, 2b, 2b)`, real or complex.

    Returns:
        For each degree, `(..., 2l + 1, 2l + 1)`: orders `m` and `n` at `(l + m, l + n)`;
        `b(4b² - 1)/3` numbers in all.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    signal = so3_signal(x)
    b = signal.shape[-1] // 2
    return [np.einsum("...jki,j,jkimn->...mn", signal, rotation_weights(b), _matrices(l, b)) for l in range(b)]


def so3_synthesise(spectrum: Sequence[ArrayLike]) -> Complex:
    """The signal of a spectrum: `x(R) = Σ_l (2l + 1) Σ_mn x̂^l_mn conj D^l_mn(R)`.

    It undoes `so3_analyse` for signals of bandwidth `b`, and is undone by it always.

    Args:
        spectrum: for each degree from 0 to `b - 1`, `(..., 2l + 1, 2l + 1)`.

    Returns:
        `(..., 2b, 2b, 2b)`, complex; it is real where `x̂^l_-m-n = (-1)^(m-n) conj x̂^l_mn`, but for rounding.

    Raises:
        ShapeError: a degree with another number of orders, or no degree.
    """
    degrees, b = degrees_of(spectrum, axes=2), len(spectrum)
    terms = [(2 * l + 1) * np.einsum("...mn,jkimn->...jki", x, _matrices(l, b).conj()) for l, x in enumerate(degrees)]
    return np.asarray(np.sum(terms, axis=0))


def so3_rotate(x: ArrayLike, angles: Angles) -> Array:
    """A signal turned by `R`: `(L_R x)(Q) = x(R⁻¹Q)`, whose spectrum is `D^l(R) x̂^l`.

    It is exact for signals of bandwidth `b`; what others have above it is lost.

    Args:
        x: `(..., 2b, 2b, 2b)`, real.
        angles: `α`, `β` and `γ` of the rotation, in radians.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    return so3_synthesise([wigner_matrix(l, *angles) @ one for l, one in enumerate(so3_analyse(numbers(x)))]).real


def so3_signal(x: ArrayLike) -> Complex:
    """Signals on SO(3) as complex numbers `(..., 2b, 2b, 2b)`.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    array = np.asarray(x, dtype=np.complex128)
    square(array.shape, 3, "SO(3)")
    return array


def _matrices(l: int, b: int) -> Complex:
    """`D^l_mn(α_k, β_j, γ_i)` on the grid, `(2b, 2b, 2b, 2l + 1, 2l + 1)`."""
    beta, alpha, gamma = rotation_grid(b)
    return wigner_matrix(l, alpha[:, None], beta[:, None, None], gamma)
