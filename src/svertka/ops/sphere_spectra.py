"""Spectra of signals on the sphere and on SO(3): how they are laid out, and in which basis.

A spectrum lists degree after degree along its last axis. On the sphere degree `l` has `2l + 1` coefficients, from place
`l²` on, with order `m` at `l² + l + m`: `b²` in all. On SO(3) it has `(2l + 1)²`, row `m` after row, from place
`l(4l² - 1)/3` on: `b(4b² - 1)/3` in all.

The basis is real, so a real signal has a real spectrum: with the unitary `U` whose row `+m` is a cosine and row `-m` a
sine, it is `U x̂^l` on the sphere and `U x̂^l U†` on SO(3), where `x̂` is the spectrum of `svertka.reference`. A complex
signal `x + iy` has the spectrum of `x` plus `i` times that of `y`. `harmonic_spectrum` gives `x̂` itself.
"""

import sys
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka import geometry
from svertka.errors import ShapeError, UnknownName
from svertka.ops.kinds import Found, Image, like

Complex = NDArray[np.complex128]
AXES = {"sphere": 2, "rotations": 3}
F = TypeVar("F", bound=Callable[..., Any])
FLOATS = (torch.float32, torch.float64, torch.complex64, torch.complex128)


def eager(function: F) -> F:
    """The function, which `torch.compile` leaves as it is: its matrix products are the fast ones already.

    What tells torch so comes with torch's compiler, which takes a second to load: so it is told where that is there.
    The mark `left_alone` says so to others, as to engines.
    """
    told: list[Callable[..., Any]] = []

    @wraps(function)
    def found(*args: Any, **kwargs: Any) -> Any:
        if not told:
            if "torch._dynamo" not in sys.modules:
                return function(*args, **kwargs)
            told.append(torch.compiler.disable(function))  # type: ignore[no-untyped-call]
        return told[0](*args, **kwargs)

    found.left_alone = True  # type: ignore[attr-defined]
    return cast("F", found)


def axes_of(space: str) -> int:
    """How many axes a signal has on `sphere` or `rotations`.

    Raises:
        UnknownName: another space.
    """
    if space not in AXES:
        raise UnknownName("space", space, AXES)
    return AXES[space]


def coefficients(degrees: int, space: str) -> int:
    """How many a spectrum of so many degrees has."""
    return degrees**2 if space == "sphere" else degrees * (4 * degrees**2 - 1) // 3


def sizes(degrees: int, space: str) -> list[int]:
    """How many coefficients each degree has."""
    return [(2 * l + 1) ** (axes_of(space) - 1) for l in range(degrees)]


def degrees_of(count: int, space: str) -> int:
    """How many degrees a spectrum of so many coefficients has.

    Raises:
        ShapeError: there is no such spectrum.
    """
    guess = round(float(count**0.5 if space == "sphere" else (0.75 * count) ** (1 / 3)))
    for degrees in (guess, guess + 1):
        if degrees > 0 and coefficients(degrees, space) == count:
            return degrees
    wanted = "b²" if space == "sphere" else "b(4b² - 1)/3"
    raise ShapeError(f"a spectrum on {space} should have {wanted} coefficients for some b, but this has {count}")


def bandwidth_of(x: Tensor, space: str) -> int:
    """The bandwidth of signals `(..., 2b, 2b)` or `(..., 2b, 2b, 2b)`.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    axes = axes_of(space)
    found = set(x.shape[-axes:])
    if x.dim() < axes or len(found) != 1 or 0 in found or any(size % 2 for size in found):
        wanted = ", ".join(["2b"] * axes)
        raise ShapeError(f"signals on {space} should be (..., {wanted}) for a bandwidth b, not {tuple(x.shape)}")
    return x.shape[-1] // 2


def floats(values: Image) -> Tensor:
    """Values as a tensor that can be transformed; whole numbers become float32, those of NumPy float64."""
    if isinstance(values, Tensor):
        return values if values.dtype in FLOATS else values.float()
    array = np.asarray(values)
    if array.dtype.name not in ("float32", "float64", "complex64", "complex128"):
        array = array.astype(np.float64)
    return torch.from_numpy(np.ascontiguousarray(array))


@eager
def degree_factors(degrees: int, space: str, like: Tensor) -> Tensor:
    """`2l + 1` for each coefficient, in the type and on the device of another tensor."""
    return _degree_factors(degrees, space, like.real.dtype, like.device)


def harmonic_spectrum(spectrum: Image, space: str = "sphere") -> Found:
    """`x̂` of `svertka.reference` from a spectrum in the real basis: `U† z` on the sphere, `U† z U` on SO(3).

    Args:
        spectrum: `(..., coefficients)`, real or complex.
        space: `sphere` or `rotations`.

    Returns:
        The same shape, complex, with orders from `-l` to `l` in every degree.
    """
    z = floats(spectrum)
    return like(_changed(z, space, inverse=True), spectrum)


def real_spectrum(spectrum: Image, space: str = "sphere") -> Found:
    """A spectrum in the real basis from `x̂`: what `harmonic_spectrum` undoes. Complex, also where it need not be."""
    z = floats(spectrum)
    return like(_changed(z, space, inverse=False), spectrum)


def real_basis(l: int) -> Complex:
    """`U` of degree `l`, `(2l + 1, 2l + 1)`: from harmonics of orders `-l ... l` to cosines and sines."""
    basis = np.zeros((2 * l + 1, 2 * l + 1), dtype=np.complex128)
    basis[l, l] = 1
    for m in range(1, l + 1):
        basis[l + m, l + m], basis[l + m, l - m] = (-1) ** m, 1
        basis[l - m, l + m], basis[l - m, l - m] = 1j * (-1) ** m, -1j
    basis[np.arange(2 * l + 1) != l] /= np.sqrt(2)
    return basis


def real_wigner(l: int, angles: geometry.Angles) -> NDArray[np.float64]:
    """`U D^l(R) U†`, the matrix of a rotation in the real basis: real, orthogonal, `(..., 2l + 1, 2l + 1)`."""
    alpha, beta, gamma = (np.asarray(angle, dtype=np.float64)[..., None] for angle in angles)
    orders, basis = np.arange(-l, l + 1), real_basis(l)
    rows, columns = np.exp(-1j * alpha * orders)[..., None], np.exp(-1j * gamma * orders)[..., None, :]
    rings, ring = np.unique(beta[..., 0], return_inverse=True)  # points often share theirs
    turned = rows * geometry.wigner_d(l, rings)[ring.reshape(beta.shape[:-1])] * columns
    # `U` mixes no orders but `m` and `-m`: it has a diagonal and an antidiagonal, and no product of matrices is needed.
    along, across = np.diagonal(basis), np.where(orders, np.diagonal(basis[:, ::-1]), 0)
    turned = along[:, None] * turned + across[:, None] * turned[..., ::-1, :]
    return np.asarray((along.conj() * turned + across.conj() * turned[..., ::-1]).real)


def _changed(z: Tensor, space: str, *, inverse: bool) -> Tensor:
    degrees = degrees_of(z.shape[-1], space)
    found = []
    for l, block in enumerate(torch.split(z.to(z.dtype.to_complex()), sizes(degrees, space), dim=-1)):
        basis = torch.from_numpy(real_basis(l)).to(block)
        basis = basis.mH if inverse else basis
        if space == "sphere":
            found.append(block @ basis.mT)
        else:
            found.append((basis @ block.reshape(*block.shape[:-1], 2 * l + 1, 2 * l + 1) @ basis.mH).flatten(-2))
    return torch.cat(found, dim=-1)


@lru_cache(maxsize=64)
def _degree_factors(degrees: int, space: str, dtype: torch.dtype, device: torch.device) -> Tensor:
    counts = torch.tensor(sizes(degrees, space))
    return (2 * torch.arange(degrees) + 1).repeat_interleave(counts).to(device, dtype)
