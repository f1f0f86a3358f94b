"""Signals on the sphere and on SO(3), turned by any rotation."""

import torch
from torch import Tensor

from svertka.geometry import Angles
from svertka.ops.kinds import Found, Image, like
from svertka.ops.sphere_spectra import axes_of, degrees_of, eager, floats, real_wigner, sizes
from svertka.ops.sphere_transforms import rotation_fft, rotation_ifft, sphere_fft, sphere_ifft


def rotate(x: Image, angles: Angles, space: str = "sphere") -> Found:
    """`(L_R x)(ω) = x(R⁻¹ω)`, for signals on the sphere or on SO(3): exact for signals of the grid's bandwidth.

    Nothing is interpolated: in the spectrum, a rotation is a matrix for each degree.

    Args:
        x: `(..., 2b, 2b)`, or `(..., 2b, 2b, 2b)` on `rotations`, real or complex.
        angles: `α`, `β` and `γ` in radians: numbers, or arrays that broadcast against the leading axes of `x`.
        space: `sphere` or `rotations`.

    Raises:
        ShapeError: sizes that are not even, or not equal.
        UnknownName: no such space.
    """
    forward, backward = (sphere_fft, sphere_ifft) if axes_of(space) == 2 else (rotation_fft, rotation_ifft)
    return like(backward(rotated_spectrum(forward(floats(x)), angles, space)), x)


@eager
def rotated_spectrum(z: Tensor, angles: Angles, space: str) -> Tensor:
    """The spectrum of the turned signal, `(..., coefficients)` in the real basis: `D(R) z^l` for each degree."""
    counts = sizes(degrees_of(z.shape[-1], space), space)
    turned = []
    for l, block in enumerate(torch.split(z, counts, dim=-1)):
        matrix = torch.from_numpy(real_wigner(l, angles)).to(z)
        columns = block.reshape(*block.shape[:-1], 2 * l + 1, counts[l] // (2 * l + 1))
        turned.append((matrix @ columns).flatten(-2))
    return torch.cat(turned, dim=-1)
