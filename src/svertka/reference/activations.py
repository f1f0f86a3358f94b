"""What comes after a layer: sigmoid, tanh, ReLU, and scores as probabilities."""

import numpy as np
from numpy.typing import ArrayLike

from svertka.reference.axes import Array, like, numbers


def sigmoid(x: ArrayLike) -> Array:
    """`σ(x) = 1 / (1 + e^-x)`, without overflow for large numbers of either sign."""
    return np.asarray(np.exp(-np.logaddexp(0, -numbers(x))))


def sigmoid_backward(gradient: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `sigmoid`: `g σ(1 - σ)`.

    `dσ/dx = e^-x / (1 + e^-x)² = σ(1 - σ)`, at most 1/4, at 0: through a stack of sigmoids a gradient shrinks at least
    fourfold with every layer, but for the weights. `1 - σ(x)` is `σ(-x)`, which stays exact where `σ` is nearly 1.
    """
    return like(gradient, np.shape(x)) * sigmoid(x) * sigmoid(-numbers(x))


def tanh(x: ArrayLike) -> Array:
    """`tanh x = (e^x - e^-x) / (e^x + e^-x) = 2σ(2x) - 1`."""
    return np.asarray(np.tanh(numbers(x)))


def tanh_backward(gradient: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `tanh`: `g (1 - tanh² x)`, from the quotient rule; at most `g`, at 0."""
    return like(gradient, np.shape(x)) * (1 - tanh(x) ** 2)


def relu(x: ArrayLike) -> Array:
    """`max(x, 0)`."""
    return np.maximum(numbers(x), 0)


def relu_backward(gradient: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `relu`: `g` where `x > 0`, else 0; at 0, where there is none, 0 by custom."""
    return like(gradient, np.shape(x)) * (numbers(x) > 0)


def softmax(x: ArrayLike, *, axis: int = -1) -> Array:
    """Scores as probabilities along an axis: `p_i = e^x_i / Σ_j e^x_j`.

    A number added to all scores changes nothing, so the largest is taken off first and nothing overflows.
    """
    return np.asarray(np.exp(log_softmax(x, axis=axis)))


def softmax_backward(gradient: ArrayLike, x: ArrayLike, *, axis: int = -1) -> Array:
    """The gradient of `softmax`: `p (g - Σ_i g_i p_i)`.

    `∂p_i/∂x_j = p_i ([i = j] - p_j)`, so `∂L/∂x_j = Σ_i g_i p_i ([i = j] - p_j) = p_j (g_j - Σ_i g_i p_i)`.
    """
    p = softmax(x, axis=axis)
    g = like(gradient, p.shape)
    return np.asarray(p * (g - (g * p).sum(axis=axis, keepdims=True)))


def log_softmax(x: ArrayLike, *, axis: int = -1) -> Array:
    """The logarithms of `softmax`: `x_i - log Σ_j e^x_j`, exact where a probability itself would vanish."""
    below = numbers(x) - np.max(numbers(x), axis=axis, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=axis, keepdims=True)))


def log_softmax_backward(gradient: ArrayLike, x: ArrayLike, *, axis: int = -1) -> Array:
    """The gradient of `log_softmax`: `g - p Σ_i g_i`.

    `∂ log p_i/∂x_j = [i = j] - p_j`, so `∂L/∂x_j = Σ_i g_i ([i = j] - p_j) = g_j - p_j Σ_i g_i`.
    """
    p = softmax(x, axis=axis)
    g = like(gradient, p.shape)
    return np.asarray(g - p * g.sum(axis=axis, keepdims=True))
