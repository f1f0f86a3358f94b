"""Signals on the sphere: their grid, integrals, Fourier transform and rotations.

A signal of bandwidth `b` is `(..., 2b, 2b)`: samples at colatitude `β_j = π(2j + 1)/4b` and longitude `α_k = πk/b`.
Conventions are those of Cohen et al. 2018 (arXiv:1801.10130). All sums are taken as they stand in the formulas.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import ShapeError
from svertka.geometry import Angles, sphere_grid, sphere_weights
from svertka.reference.axes import Array, numbers
from svertka.reference.wigner import Complex, wigner_matrix


def s2_analyse(x: ArrayLike) -> list[Complex]:
    """The spectrum of a signal: `x̂^l_m = ∫ x(ω) D^l_m0(ω) dω`, where `D^l_m0 = e^{-imα} d^l_m0(β)`, for `l < b`.

    That is `√(4π/(2l + 1))` times the inner product with `Y_lm` in the measure of `sphere_weights`. What a signal has
    above the bandwidth is not seen, or mistaken for something below.

    Args:
        x: `(..., 2b, 2b)`, real or complex.

    Returns:
        For each degree, `(..., 2l + 1)`: order `m` at place `l + m`. In all, `b²` numbers.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    signal = s2_signal(x)
    b = signal.shape[-1] // 2
    return [np.einsum("...jk,j,jkm->...m", signal, sphere_weights(b), _zonal(l, b)) for l in range(b)]


def s2_synthesise(spectrum: Sequence[ArrayLike]) -> Complex:
    """The signal of a spectrum: `x(ω) = Σ_l (2l + 1) Σ_m x̂^l_m conj D^l_m0(ω)`.

    It undoes `s2_analyse` for signals of bandwidth `b`, and is undone by it always.

    Args:
        spectrum: for each degree from 0 to `b - 1`, `(..., 2l + 1)`.

    Returns:
        `(..., 2b, 2b)`, complex; it is real where `x̂^l_-m = (-1)^m conj x̂^l_m`, but for rounding.

    Raises:
        ShapeError: a degree with another number of orders, or no degree.
    """
    degrees, b = degrees_of(spectrum, axes=1), len(spectrum)
    terms = [(2 * l + 1) * np.einsum("...m,jkm->...jk", x, _zonal(l, b).conj()) for l, x in enumerate(degrees)]
    return np.asarray(np.sum(terms, axis=0))


def s2_rotate(x: ArrayLike, angles: Angles) -> Array:
    """A signal turned by `R`: `(L_R x)(ω) = x(R⁻¹ω)`, whose spectrum is `D^l(R) x̂^l`.

    It is exact for signals of bandwidth `b`; what others have above it is lost.

    Args:
        x: `(..., 2b, 2b)`, real.
        angles: `α`, `β` and `γ` of the rotation, in radians.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    turned = [
        np.einsum("mn,...n->...m", wigner_matrix(l, *angles), one) for l, one in enumerate(s2_analyse(numbers(x)))
    ]
    return s2_synthesise(turned).real


def s2_signal(x: ArrayLike) -> Complex:
    """Signals on the sphere as complex numbers `(..., 2b, 2b)`.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    array = np.asarray(x, dtype=np.complex128)
    square(array.shape, 2, "the sphere")
    return array


def square(shape: Sequence[int], axes: int, space: str) -> int:
    """The bandwidth of signals whose last axes are all of size `2b`.

    Raises:
        ShapeError: they are not.
    """
    sizes = set(shape[-axes:])
    if len(shape) < axes or len(sizes) != 1 or 0 in sizes or any(size % 2 for size in sizes):
        wanted = ", ".join(["2b"] * axes)
        raise ShapeError(f"signals on {space} should be (..., {wanted}) for a bandwidth b, but the shape is {shape}")
    return shape[-1] // 2


def degrees_of(spectrum: Sequence[ArrayLike], *, axes: int) -> list[Complex]:
    """A spectrum degree by degree, each ending in so many axes of size `2l + 1`.

    Raises:
        ShapeError: one does not, or there is none.
    """
    degrees = [np.asarray(one, dtype=np.complex128) for one in spectrum]
    if not degrees:
        raise ShapeError("a spectrum should have one degree at least, but it is empty")
    for l, one in enumerate(degrees):
        if one.shape[-axes:] != (2 * l + 1,) * axes:
            wanted = ", ".join([str(2 * l + 1)] * axes)
            raise ShapeError(f"degree {l} of a spectrum should be (..., {wanted}), but its shape is {one.shape}")
    return degrees


def _zonal(l: int, b: int) -> Complex:
    """`D^l_m0(α_k, β_j)` on the grid, `(2b, 2b, 2l + 1)`."""
    beta, alpha = sphere_grid(b)
    return wigner_matrix(l, alpha, beta[:, None], 0.0)[..., l]
