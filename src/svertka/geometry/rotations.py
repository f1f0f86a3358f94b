"""Rotations by their Euler angles, in the order ZYZ: `R(α, β, γ) = Z(α) Y(β) Z(γ)`."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import SettingError, ShapeError

Array = NDArray[np.float64]
Angles = tuple[ArrayLike, ArrayLike, ArrayLike]  # α, β and γ, in radians


def rotation_matrix(alpha: ArrayLike, beta: ArrayLike, gamma: ArrayLike) -> Array:
    """`R = Z(α) Y(β) Z(γ)`: turn by `γ` about the z-axis, then by `β` about the y-axis, then by `α` about the z-axis.

    Its last column is where the north pole goes: the point at colatitude `β` and longitude `α`.

    Args:
        alpha: in radians.
        beta: in radians.
        gamma: in radians; the three are broadcast against one another.

    Returns:
        `(..., 3, 3)`, to be multiplied with columns.
    """
    return about_z(alpha) @ about_y(beta) @ about_z(gamma)


def about_z(angle: ArrayLike) -> Array:
    """A turn about the z-axis, from x towards y: `(..., 3, 3)`."""
    c, s, zero, one = _entries(angle)
    return _matrix([[c, -s, zero], [s, c, zero], [zero, zero, one]])


def about_y(angle: ArrayLike) -> Array:
    """A turn about the y-axis, from z towards x: `(..., 3, 3)`."""
    c, s, zero, one = _entries(angle)
    return _matrix([[c, zero, s], [zero, one, zero], [-s, zero, c]])


def euler_angles(matrix: ArrayLike) -> tuple[Array, Array, Array]:
    """`α`, `β` and `γ` of rotations: `-π ≤ α, γ ≤ π` and `0 ≤ β ≤ π`.

    The pole goes to `(cos α sin β, sin α sin β, cos β)`, the last column, which gives `α`. What is left when that is
    undone, `Z(-α) R = Y(β) Z(γ)`, has the second row `(sin γ, cos γ, 0)` and the last column `(sin β, 0, cos β)`.
    Nothing is divided by `sin β`, so poles need no care: where only `α ± γ` is determined, `γ` takes what `α` leaves.

    Args:
        matrix: `(..., 3, 3)`.

    Returns:
        Three arrays `(...)`, in radians.

    Raises:
        ShapeError: no matrices of 3x3.
        SettingError: they are no rotations.
    """
    r = _rotations(matrix)
    alpha = np.arctan2(r[..., 1, 2], r[..., 0, 2])
    left = about_z(-alpha) @ r
    beta = np.arctan2(left[..., 0, 2], left[..., 2, 2])
    return alpha, beta, np.arctan2(left[..., 1, 0], left[..., 1, 1])


def compose(first: Angles, second: Angles) -> tuple[Array, Array, Array]:
    """The Euler angles of `R₁ R₂`, which turns by the second and then by the first."""
    return euler_angles(rotation_matrix(*first) @ rotation_matrix(*second))


def inverse(angles: Angles) -> tuple[Array, Array, Array]:
    """The Euler angles of `R⁻¹ = Z(-γ) Y(-β) Z(-α)`, with `0 ≤ β ≤ π` again."""
    return euler_angles(np.swapaxes(rotation_matrix(*angles), -1, -2))


def random_rotations(count: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Rotations of which none is preferred (Haar's measure): `α` and `γ` are uniform, and so is `cos β`.

    Returns:
        Three arrays `(count,)`, in radians: `0 ≤ α, γ < 2π` and `0 ≤ β ≤ π`.
    """
    alpha, gamma = rng.uniform(0, 2 * np.pi, (2, count))
    return alpha, np.arccos(rng.uniform(-1, 1, count)), gamma


def angle_between(first: Angles, second: Angles) -> Array:
    """By how much one rotation has to be turned to be the other, in radians from 0 to π.

    `2 arcsin(‖R₁ - R₂‖ / √8)`, in the norm of Frobenius: exact for small angles too, where the trace is not.
    """
    apart = np.linalg.norm(rotation_matrix(*first) - rotation_matrix(*second), axis=(-2, -1))
    return np.asarray(2 * np.arcsin(np.minimum(apart / np.sqrt(8), 1)))


def _entries(angle: ArrayLike) -> tuple[Array, Array, Array, Array]:
    angles = np.asarray(angle, dtype=np.float64)
    return np.cos(angles), np.sin(angles), np.zeros_like(angles), np.ones_like(angles)


def _matrix(rows: list[list[Array]]) -> Array:
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def _rotations(matrix: ArrayLike) -> Array:
    r = np.asarray(matrix, dtype=np.float64)
    if r.shape[-2:] != (3, 3):
        raise ShapeError(f"a rotation should be a matrix of 3x3, (..., 3, 3), but its shape is {r.shape}")
    if not np.allclose(r @ np.swapaxes(r, -1, -2), np.eye(3), atol=1e-6) or not np.all(np.linalg.det(r) > 0):
        raise SettingError("a rotation should have orthogonal columns of length 1 and determinant 1; this has not")
    return r
