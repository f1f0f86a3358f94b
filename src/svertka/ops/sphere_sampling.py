"""What a signal on the sphere is between its samples, and how its energy is shared out among degrees."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from svertka.ops.kinds import Found, Image, like
from svertka.ops.sphere_spectra import axes_of, degree_factors, degrees_of, floats, sizes
from svertka.ops.sphere_sums import legendre_functions
from svertka.ops.sphere_transforms import rotation_fft, sphere_fft

AT_ONCE = 4096  # directions: their harmonics are b² numbers each


def sample(x: Image, beta: ArrayLike, alpha: ArrayLike) -> Found:
    """The values of band-limited signals at any directions.

    Args:
        x: `(..., 2b, 2b)`, real or complex.
        beta: colatitudes in radians.
        alpha: longitudes in radians; the two are broadcast against one another, to some shape.

    Returns:
        `(..., *shape)`.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    signal = floats(x)
    z = sphere_fft(signal)
    degrees = degrees_of(z.shape[-1], "sphere")
    z = z * degree_factors(degrees, "sphere", z)
    places = np.broadcast_arrays(np.asarray(beta, dtype=np.float64), np.asarray(alpha, dtype=np.float64))
    flat = [place.ravel() for place in places]
    parts = [slice(start, start + AT_ONCE) for start in range(0, max(flat[0].size, 1), AT_ONCE)]
    tables = (torch.from_numpy(real_harmonics(degrees, flat[0][part], flat[1][part])) for part in parts)
    values = torch.cat([z @ table.to(z) for table in tables], dim=-1)
    return like(values.reshape((*z.shape[:-1], *places[0].shape)), x)


def power_spectrum(x: Image, space: str = "sphere") -> Found:
    """How much of the mean square of a signal each degree has: `(2l + 1) Σ |x̂^l|²`, for `l < b`.

    Args:
        x: `(..., 2b, 2b)`, or `(..., 2b, 2b, 2b)` on `rotations`, real or complex.
        space: `sphere` or `rotations`.

    Returns:
        `(..., b)`. For a signal of the grid's bandwidth it adds up to the mean of `|x|²` (Parseval).

    Raises:
        ShapeError: sizes that are not even, or not equal.
        UnknownName: no such space.
    """
    forward = sphere_fft if axes_of(space) == 2 else rotation_fft
    z = forward(floats(x))
    degrees = degrees_of(z.shape[-1], space)
    energy = z.abs().square() * degree_factors(degrees, space, z)
    return like(torch.stack([part.sum(-1) for part in torch.split(energy, sizes(degrees, space), dim=-1)], dim=-1), x)


def real_harmonics(degrees: int, beta: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosines and sines times Legendre's functions at each direction, `(degrees², directions)`."""
    table = np.empty((degrees**2, len(beta)))
    for m, functions in enumerate(legendre_functions(degrees, beta)):
        l = np.arange(m, degrees)
        scale = (-1) ** m * np.sqrt(2) if m else 1.0
        table[l * l + l - m] = scale * functions * np.sin(m * alpha)
        table[l * l + l + m] = scale * functions * np.cos(m * alpha)
    return table
