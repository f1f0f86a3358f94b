"""Gabor's kernels: waves under a bell curve, which answer to stripes of one width and direction, and so to textures.

Marčelja, J. Opt. Soc. Am. 70 (1980) 1297, and Daugman, J. Opt. Soc. Am. A 2 (1985) 1160, with `x` to the right and `y`
down:

    g(x, y) = exp(−(x'² + γ² y'²) / 2σ²) · cos(2π x'/λ + ψ),    x' = x cos θ + y sin θ,    y' = −x sin θ + y cos θ

An even one (ψ = 0) and an odd one (ψ = 90°) together are a quadrature pair: the root of the sum of their squares tells
how much of the texture there is, wherever its stripes lie.
"""

from collections.abc import Sequence
from math import ceil, cos, hypot, isfinite, log, pi, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from svertka.errors import SettingError

OCTAVE = 3 / pi * sqrt(log(2) / 2)  # deviation / wavelength for half the response an octave apart (Daugman 1985)
REACH = 3.0  # deviations
Floats = NDArray[np.float64]


def gabor_kernel(
    wavelength: float = 8.0,
    orientation: float = 0.0,
    *,
    deviation: float | None = None,
    aspect: float = 0.5,
    phase: float = 0.0,
    zero_mean: bool = True,
    size: int | None = None,
) -> Floats:
    """A wave under a bell curve, `(height, width)`, both odd.

    It is scaled so that it answers with 1 to its own wave of amplitude 1 at its middle.

    Args:
        wavelength: pixels from stripe to stripe, λ; at least 2.
        orientation: the direction across the stripes in degrees, θ: 0 is to the right, where stripes are upright,
            90 is down.
        deviation: σ of the bell curve across the stripes in pixels; by default 0.56 λ, a bandwidth of one octave.
        aspect: γ; the bell curve is `1/γ` times as long along the stripes.
        phase: ψ in degrees: 0 is even, a bright stripe in the middle; 90 is odd, an edge.
        zero_mean: take the answer to an even grey away, in proportion to the bell curve.
        size: the side of a square kernel; by default 3 deviations to either side.

    Raises:
        SettingError: a number is out of range.
    """
    _check(wavelength, aspect, size)
    deviation = OCTAVE * wavelength if deviation is None else deviation
    if not (isfinite(deviation) and deviation > 0):
        raise SettingError(f"the deviation of a Gabor kernel should be a number of pixels above 0, not {deviation}")
    y, x = np.indices(_shape(size, deviation, aspect, orientation))
    y, x = y - y.shape[0] // 2, x - x.shape[1] // 2
    theta = radians(orientation)
    across, along = x * cos(theta) + y * sin(theta), -x * sin(theta) + y * cos(theta)
    bell = np.exp(-(across**2 + (aspect * along) ** 2) / (2 * deviation**2))
    wave = np.cos(2 * pi * across / wavelength + radians(phase))
    kernel = bell * wave
    if zero_mean:
        kernel -= bell * (kernel.sum() / bell.sum())
    return np.asarray(kernel / (kernel * wave).sum())


def gabor_bank(
    wavelengths: Sequence[float] = (4.0, 8.0, 16.0),
    orientations: int = 8,
    *,
    aspect: float = 0.5,
    phase: float = 0.0,
    size: int | None = None,
) -> Floats:
    """Kernels for every wavelength and for directions spread evenly over half a turn.

    Their order is wavelength by wavelength; smaller ones are surrounded by zeros. With a second axis for one channel,
    `bank[:, None]`, they are the weights of a convolution.

    Returns:
        `(wavelengths * orientations, size, size)`.

    Raises:
        SettingError: a number is out of range.
    """
    if orientations < 1 or not wavelengths:
        raise SettingError(
            f"a bank wants 1 or more directions and wavelengths, not {orientations} and {len(wavelengths)}"
        )
    angles = [180 * place / orientations for place in range(orientations)]
    kernels = [
        gabor_kernel(wavelength, angle, aspect=aspect, phase=phase, size=size)
        for wavelength in wavelengths
        for angle in angles
    ]
    side = max(max(kernel.shape) for kernel in kernels)
    return np.stack([np.pad(kernel, [((side - length) // 2,) * 2 for length in kernel.shape]) for kernel in kernels])


def _check(wavelength: float, aspect: float, size: int | None) -> None:
    if not (isfinite(wavelength) and wavelength >= 2):
        raise SettingError(f"a wavelength should be 2 pixels or more, not {wavelength}")
    if not (isfinite(aspect) and aspect > 0):
        raise SettingError(f"an aspect should be above 0, not {aspect}")
    if size is not None and (size < 3 or size % 2 == 0):
        raise SettingError(f"the size of a Gabor kernel should be odd and 3 or more, not {size}")


def _shape(size: int | None, deviation: float, aspect: float, orientation: float) -> tuple[int, int]:
    """The box around the bell curve's ellipse, at `REACH` deviations."""
    if size is not None:
        return size, size
    theta, short, long = radians(orientation), REACH * deviation, REACH * deviation / aspect
    high, wide = hypot(short * sin(theta), long * cos(theta)), hypot(short * cos(theta), long * sin(theta))
    return 2 * ceil(high) + 1, 2 * ceil(wide) + 1
