"""Between what a signal is along rings of equal colatitude and its spectrum.

Rows of a field and rings of a HEALPix map have this in common: along each a Fourier sum is taken first. Its waves
`(images, degrees, rings)` are complex, so that the signal at longitude `α` is `Re Σ_m waves_m e^{imα}`. Spectra are
laid out as `svertka.ops.sphere_spectra` says, `(images, degrees²)`. All of it is in double precision.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from svertka.ops.sphere_sums import legendre_functions

Array = NDArray[np.float64]
Waves = NDArray[np.complex128]


def ring_functions(degrees: int, beta: Array) -> list[Array]:
    """The latitude's part of the real harmonics, for each order `m` from 0 on: `(degrees - m, rings)`."""
    tables = legendre_functions(degrees, beta)
    return [table * ((-1) ** m * np.sqrt(2) if m else 1.0) for m, table in enumerate(tables)]


def waves_of(spectrum: Array, functions: Sequence[Array]) -> Waves:
    """The waves along rings of signals given by their spectra."""
    degrees = len(functions)
    waves = np.empty((len(spectrum), degrees, functions[0].shape[1]), np.complex128)
    for m, table in enumerate(functions):
        l = np.arange(m, degrees)
        cosine, sine = ((2 * l + 1) * spectrum[:, l * l + l + order] @ table for order in (m, -m))
        waves[:, m] = cosine - 1j * sine if m else cosine
    return waves


def spectrum_of(waves: Waves, functions: Sequence[Array]) -> Array:
    """The spectra of signals given by their waves, each of which counts already as in an integral: its adjoint."""
    degrees = len(functions)
    spectrum = np.empty((len(waves), degrees**2))
    for m, table in enumerate(functions):
        l = np.arange(m, degrees)
        spectrum[:, l * l + l - m] = -waves[:, m].imag @ table.T / 2
        spectrum[:, l * l + l + m] = waves[:, m].real @ table.T / (2 if m else 1)
    return spectrum
