"""Wigner's matrices, by which spherical harmonics mix when the sphere is turned."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.reference.axes import Array, each, numbers

Complex = NDArray[np.complex128]


def wigner_d(l: int, beta: ArrayLike) -> Array:
    """`d^l(β) = exp(-iβ J_y)`: how harmonics of degree `l` mix in a turn by `β` about the y-axis.

    `J_y` is Hermitian, with eigenvalues `μ = -l ... l` and eigenvectors `V`, so `d^l(β) = V diag(e^{-iβμ}) V†`, which
    is real and orthogonal. Entry `(l + m, l + n)` is `d^l_mn`, in the phase of Condon and Shortley:
    `d^1_10 = -sin β/√2`. No recurrence is involved, so errors do not grow with `l` (Feng et al. 2015,
    arXiv:1507.04535).

    Args:
        l: the degree, from 0 on.
        beta: `(...)`, in radians.

    Returns:
        `(..., 2l + 1, 2l + 1)`.

    Raises:
        SettingError: a degree that is no integer from 0 on.
    """
    each(l, 1, "the degree", least=0)
    orders, (_, vectors) = np.arange(-l, l + 1), np.linalg.eigh(_angular_momentum(l))
    phases = np.exp(-1j * numbers(beta)[..., None, None] * orders)
    return np.ascontiguousarray(((vectors * phases) @ vectors.conj().T).real)


def wigner_matrix(l: int, alpha: ArrayLike, beta: ArrayLike, gamma: ArrayLike) -> Complex:
    """`D^l_mn(α, β, γ) = e^{-imα} d^l_mn(β) e^{-inγ}`: how harmonics of degree `l` mix in the rotation `R(α, β, γ)`.

    A representation: `D(R₁ R₂) = D(R₁) D(R₂)`, and unitary: `D(R⁻¹) = D(R)†`.

    Args:
        l: the degree, from 0 on.
        alpha: in radians.
        beta: in radians.
        gamma: in radians; the three are broadcast against one another.

    Returns:
        `(..., 2l + 1, 2l + 1)`, complex.

    Raises:
        SettingError: a degree that is no integer from 0 on.
    """
    d, orders = wigner_d(l, beta), np.arange(-l, l + 1)
    rows = np.exp(-1j * numbers(alpha)[..., None, None] * orders[:, None])
    columns = np.exp(-1j * numbers(gamma)[..., None, None] * orders)
    return np.asarray(rows * d * columns)


def spherical_harmonics(l: int, beta: ArrayLike, alpha: ArrayLike) -> Complex:
    """`Y_lm(β, α) = √((2l + 1)/4π) conj D^l_m0(α, β, 0) = √((2l + 1)/4π) e^{imα} d^l_m0(β)`, for `m = -l ... l`.

    Of length 1 and orthogonal on a sphere of area `4π`, in the phase of Condon and Shortley, as SciPy's are.

    Args:
        l: the degree, from 0 on.
        beta: colatitude, in radians.
        alpha: longitude, in radians; the two are broadcast against one another.

    Returns:
        `(..., 2l + 1)`, complex.

    Raises:
        SettingError: a degree that is no integer from 0 on.
    """
    return np.asarray(np.sqrt((2 * l + 1) / (4 * np.pi)) * wigner_matrix(l, alpha, beta, 0.0)[..., l].conj())


def _angular_momentum(l: int) -> Complex:
    """`J_y = (J₊ - J₋)/2i`, where `J₊` takes order `m` to `√(l(l + 1) - m(m + 1))` of order `m + 1`."""
    orders = np.arange(-l, l)
    up = np.diag(np.sqrt(l * (l + 1) - orders * (orders + 1)), k=-1)
    return np.asarray((up - up.T) / 2j)
