"""By which rotation one spherical image becomes another.

The correlation of two images over SO(3) is largest at the rotation between them. It is taken for low degrees on a whole
grid of rotations; from the best of these Newton's method climbs to the summit, first for few degrees, then for twice as
many, and so on: the more degrees, the narrower the summit, and the better it is known. Each degree counts alike,
however little energy it has, so images that are all alike but for details are told apart by these.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.errors import DataError, ShapeError
from svertka.geometry import Angles, euler_angles, rotation_grid, rotation_matrix
from svertka.ops.kinds import Image
from svertka.ops.sphere_correlation import sphere_product
from svertka.ops.sphere_spectra import bandwidth_of, floats, real_basis, real_wigner
from svertka.ops.sphere_transforms import rotation_signals, sphere_fft

Array = NDArray[np.float64]
Degrees = list[Array]  # of an image: (2l + 1, channels) for each degree, of length 1
COARSE, TRIED, STEPS = 16, 8, 12


def align(a: Image, b: Image) -> Angles:
    """The rotation `R` for which `b` is most like `L_R a`, finer than any grid.

    Args:
        a: a real image, `(2b, 2b)` or `(channels, 2b, 2b)`.
        b: the same, turned; with as many channels.

    Returns:
        `α`, `β` and `γ` in radians.

    Raises:
        ShapeError: two shapes, or sizes that are not even, or not equal.
        DataError: values that are not finite, or images that are the same from all sides.
    """
    one, other = _checked(a), _checked(b)
    if one.shape != other.shape:
        raise ShapeError(f"images to be aligned should have one shape, not {tuple(one.shape)} and {tuple(other.shape)}")
    start, goal = _degrees(one), _degrees(other)
    low = min(len(start), COARSE)
    found = [_climbed(start, goal, rotation, low) for rotation in _coarse(start, goal, low)]
    best = max(found, key=lambda rotation: _likeness(start, goal, rotation, low))
    while low < len(start):
        low = min(2 * low, len(start))
        best = _climbed(start, goal, best, low)
    return euler_angles(best)


def _checked(x: Image) -> Tensor:
    image = floats(x).detach().cpu().double()
    bandwidth_of(image, "sphere")
    if image.dim() not in (2, 3):
        raise ShapeError(f"an image to be aligned should be (2b, 2b) or (channels, 2b, 2b), not {tuple(image.shape)}")
    if not image.isfinite().all():
        raise DataError("images to be aligned should hold finite numbers, but some are not")
    return image.reshape(-1, *image.shape[-2:])


def _degrees(image: Tensor) -> Degrees:
    """The spectrum from degree 1 on, degree by degree, each of length 1; mere rounding errors become 0."""
    z = sphere_fft(image).numpy().T
    degrees = [z[l**2 : (l + 1) ** 2] for l in range(image.shape[-1] // 2)]
    lengths = [0.0, *(float(np.linalg.norm(one)) for one in degrees[1:])]
    least = 1e-12 * float(image.abs().max())
    if max(lengths) <= least:
        raise DataError("images to be aligned should not look alike from all sides, but one is constant")
    return [one / length if length > least else 0 * one for one, length in zip(degrees, lengths, strict=True)]


def _coarse(start: Degrees, goal: Degrees, degrees: int) -> list[Array]:
    """The best rotations of a grid."""
    x, y = (torch.from_numpy(np.concatenate(one[:degrees])) for one in (goal, start))
    values = rotation_signals(sphere_product(x[:, None], y[..., None]), degrees, (1,))[0]
    beta, alpha, gamma = rotation_grid(degrees)
    j, k, i = np.unravel_index(values.flatten().topk(TRIED).indices.numpy(), tuple(values.shape))
    return list(rotation_matrix(alpha[k], beta[j], gamma[i]))


def _climbed(start: Degrees, goal: Degrees, rotation: Array, degrees: int) -> Array:
    """The summit by Newton's method: `R ← exp(ω) R`, uphill where the slope does not bend down."""
    for _ in range(STEPS):
        slope, bend = _shape_of_hill(start, goal, rotation, degrees)
        curvatures, axes = np.linalg.eigh(bend)
        step = axes @ ((axes.T @ slope) / np.maximum(np.abs(curvatures), 1e-9))
        step *= min(1.0, 1.0 / (degrees * max(float(np.linalg.norm(step)), 1e-300)))
        rotation = _turn(step) @ rotation
        if np.linalg.norm(step) < 1e-9:
            break
    return rotation


def _shape_of_hill(start: Degrees, goal: Degrees, rotation: Array, degrees: int) -> tuple[Array, Array]:
    """First and second derivatives of the likeness as `R` is turned about x, y and z."""
    slope, bend = np.zeros(3), np.zeros((3, 3))
    for l in range(1, degrees):
        generators = _generators(l)
        turned = generators @ (real_wigner(l, euler_angles(rotation)) @ start[l])
        back = -(generators @ goal[l])  # generators are skew
        slope += np.einsum("imc,mc->i", turned, goal[l])
        bend += np.einsum("imc,jmc->ij", back, turned)
    return slope, (bend + bend.T) / 2


def _likeness(start: Degrees, goal: Degrees, rotation: Array, degrees: int) -> float:
    angles = euler_angles(rotation)
    return sum(float((real_wigner(l, angles) @ start[l] * goal[l]).sum()) for l in range(1, degrees))


def _generators(l: int) -> Array:
    """How degree `l` begins to turn about x, y and z, in the real basis: `(3, 2l + 1, 2l + 1)`, skew."""
    orders, basis = np.arange(-l, l + 1), real_basis(l)
    up = np.diag(np.sqrt(l * (l + 1) - orders[:-1] * (orders[:-1] + 1)), k=-1)
    about_y = (basis @ ((up.T - up) / 2) @ basis.conj().T).real
    about_z = (basis @ np.diag(-1j * orders) @ basis.conj().T).real
    return np.stack([about_y @ about_z - about_z @ about_y, about_y, about_z])


def _turn(axis: Array) -> Array:
    """The rotation about an axis by its length (Rodrigues)."""
    angle = float(np.linalg.norm(axis))
    x, y, z = axis / angle if angle else axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
