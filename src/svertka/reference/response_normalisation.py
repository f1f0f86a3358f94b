"""Local response normalisation, as AlexNet has it: channels that are loud together are turned down together."""

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import SettingError
from svertka.reference.axes import Array, batch_of_images, each, like


def local_response_norm(
    x: ArrayLike, *, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Array:
    """Divide by the energy of neighbouring channels: `y[c] = x[c] / s[c]^β`, `s[c] = k + α/size Σ_j x[j]²`.

    `j` runs over `size` channels around `c`, from `c - ⌊size/2⌋` on, without those that do not exist. Defaults are
    AlexNet's (Krizhevsky, Sutskever and Hinton 2012, section 3.3), but in PyTorch's convention, which divides `alpha`
    by `size`: the paper's formula has `alpha` itself before the sum.

    Args:
        x: `(batch, channels, *sizes)`.
        size: how many channels count.
        alpha: how much they do.
        beta: the power.
        k: what is divided by where all is silent.

    Raises:
        ShapeError: fewer axes.
        SettingError: a size that is no positive integer, or a `k` that is not positive.
    """
    array = batch_of_images(x)
    return np.asarray(array * _energy(array, size, alpha, k) ** -beta)


def local_response_norm_backward(
    gradient: ArrayLike, x: ArrayLike, *, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Array:
    """The gradient of `local_response_norm`: by itself, and through the energy of all neighbours that hear it.

    `y[c] = x[c] s[c]^-β` and `∂s[c]/∂x[i] = 2α/size x[i]` if `i` is a neighbour of `c`, so

        ∂L/∂x[i] = g[i] s[i]^-β - 2αβ/size x[i] Σ_c g[c] x[c] s[c]^(-β-1),

    where `c` runs over the channels of which `i` is a neighbour: the matrix of neighbours, transposed.
    """
    array = batch_of_images(x)
    g = like(gradient, array.shape)
    energy = _energy(array, size, alpha, k)
    through = np.einsum("ci,bc...->bi...", _neighbours(array.shape[1], size), g * array * energy ** (-beta - 1))
    return np.asarray(g * energy**-beta - 2 * alpha * beta / size * array * through)


def _energy(array: Array, size: int, alpha: float, k: float) -> Array:
    """`s[c] = k + α/size Σ_j x[j]²`."""
    each(size, 1, "size")
    if not k > 0:
        raise SettingError(f"k should be a positive number, not {k}")
    squares = np.einsum("cj,bj...->bc...", _neighbours(array.shape[1], size), array**2)
    return np.asarray(k + alpha / size * squares)


def _neighbours(channels: int, size: int) -> Array:
    """A matrix that is 1 in row `c` and column `j` if channel `j` is a neighbour of `c`, else 0."""
    ahead = np.arange(channels) - np.arange(channels)[:, None] + size // 2
    return ((ahead >= 0) & (ahead < size)).astype(np.float64)
