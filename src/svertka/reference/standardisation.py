"""Mean zero and variance one over some axes: the step that all normalisations share, and its gradient."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import SettingError, ShapeError
from svertka.reference.axes import Array, like, numbers

EPSILON = 1e-5  # added to variances, so that nothing is divided by zero


class NormalisationGradients(NamedTuple):
    """How a loss changes with each input of a normalisation; each is shaped as that input."""

    x: Array
    scale: Array
    shift: Array


def standardise(x: ArrayLike, axes: Sequence[int], *, epsilon: float = EPSILON) -> Array:
    """Bring numbers to mean zero and variance one over some axes: `x̂ = (x - μ) / √(σ² + ε)`.

    `μ = 1/m Σ x` and `σ² = 1/m Σ (x - μ)²` over the `m` numbers that the axes hold.

    Raises:
        SettingError: an epsilon that is not positive.
        ShapeError: nothing to take a mean of.
    """
    array = numbers(x)
    centred = array - _mean(array, axes)
    return centred / _deviation(centred, axes, epsilon)


def standardise_backward(gradient: ArrayLike, x: ArrayLike, axes: Sequence[int], *, epsilon: float = EPSILON) -> Array:
    """The gradient of `standardise`: what would only move the mean or the variance is taken out of it.

    Write `s = √(σ² + ε)` and `x̂ = (x - μ) / s`. A small change `dx` changes `dμ = mean(dx)` and
    `ds = mean((x - μ) dx) / s = mean(x̂ dx)`, so `dx̂ = (dx - dμ) / s - x̂ ds / s`, which is

        dx̂ = (dx - mean(dx) - x̂ mean(x̂ dx)) / s.

    This matrix is symmetric: taking a mean and multiplying by it is, and so is the product of `x̂` with itself. The
    gradient is the same map of `g = ∂L/∂x̂` (Ioffe and Szegedy 2015, arXiv:1502.03167, section 3, put together):

        ∂L/∂x = (g - mean(g) - x̂ mean(g x̂)) / s.
    """
    array = numbers(x)
    g = like(gradient, array.shape)
    centred = array - _mean(array, axes)
    deviation = _deviation(centred, axes, epsilon)
    standard = centred / deviation
    return (g - _mean(g, axes) - standard * _mean(g * standard, axes)) / deviation


def positive(epsilon: float) -> float:
    """An epsilon above zero.

    Raises:
        SettingError: it is not.
    """
    if not epsilon > 0:
        raise SettingError(f"epsilon should be a positive number, not {epsilon}")
    return epsilon


def parameter(values: ArrayLike | None, shape: Sequence[int], name: str, default: float) -> Array:
    """A scale or a shift of this shape; without one, numbers that change nothing.

    Raises:
        ShapeError: another shape.
    """
    if values is None:
        return np.full(shape, default)
    array = numbers(values)
    if array.shape != tuple(shape):
        raise ShapeError(f"the {name} has shape {array.shape}, but it should be {tuple(shape)}")
    return array


def _mean(array: Array, axes: Sequence[int]) -> Array:
    if array.size == 0:
        raise ShapeError(f"there is no mean of an array of shape {array.shape}")
    return np.asarray(array.mean(axis=tuple(axes), keepdims=True))


def _deviation(centred: Array, axes: Sequence[int], epsilon: float) -> Array:
    return np.asarray(np.sqrt(_mean(centred**2, axes) + positive(epsilon)))
