"""BatchNorm (Ioffe and Szegedy 2015, arXiv:1502.03167): each channel by the statistics of a batch, or of all before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import SettingError, ShapeError
from svertka.reference.axes import Array, but_channels, channelwise, like, numbers
from svertka.reference.standardisation import (
    EPSILON,
    NormalisationGradients,
    parameter,
    positive,
    standardise,
    standardise_backward,
)


class RunningStatistics(NamedTuple):
    """What a BatchNorm remembers of the batches it has seen, `(channels,)` each."""

    mean: Array
    variance: Array


def batch_norm(
    x: ArrayLike, scale: ArrayLike | None = None, shift: ArrayLike | None = None, *, epsilon: float = EPSILON
) -> Array:
    """BatchNorm while it learns: `y = γ x̂ + β`, with `x̂` of mean zero and variance one in each channel of this batch.

    Args:
        x: `(batch, channels)` after a fully connected layer; `(batch, channels, *sizes)` after a convolution, where
            all places of a channel share `μ` and `σ`.
        scale: `γ`, `(channels,)`; by default ones.
        shift: `β`, `(channels,)`; by default zeros.
        epsilon: added to the variance, which is that of the batch itself (divided by `m`, not by `m - 1`).

    Raises:
        ShapeError: other axes, parameters of another shape, or a single number for each channel.
        SettingError: an epsilon that is not positive.
    """
    array = _batch(x)
    gamma, beta = _parameters(array, scale, shift)
    return gamma * standardise(array, but_channels(array.ndim), epsilon=epsilon) + beta


def batch_norm_backward(
    gradient: ArrayLike, x: ArrayLike, scale: ArrayLike | None = None, *, epsilon: float = EPSILON
) -> NormalisationGradients:
    """The gradients of `batch_norm`, through the statistics too.

    From `y = γ x̂ + β`: `∂L/∂β = Σ g` and `∂L/∂γ = Σ g x̂` over batch and places; `∂L/∂x̂ = γ g`, and
    `standardise_backward` takes that to `x`: `∂L/∂x = γ/s (g - mean(g) - x̂ mean(g x̂))`.
    """
    array = _batch(x)
    g = like(gradient, array.shape)
    gamma, _ = _parameters(array, scale, None)
    axes = but_channels(array.ndim)
    standard = standardise(array, axes, epsilon=epsilon)
    return NormalisationGradients(
        x=standardise_backward(gamma * g, array, axes, epsilon=epsilon),
        scale=(g * standard).sum(axis=axes),
        shift=g.sum(axis=axes),
    )


def batch_norm_running(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    scale: ArrayLike | None = None,
    shift: ArrayLike | None = None,
    *,
    epsilon: float = EPSILON,
) -> Array:
    """BatchNorm in use: `y = γ (x - μ) / √(σ² + ε) + β` with statistics that are known, `(channels,)` each.

    Every sample is then treated by itself, and the layer is a scale and a shift that could be put into the
    convolution before it.
    """
    array = _channels(x)
    gamma, beta = _parameters(array, scale, shift)
    return gamma * _by_known(array, mean, variance, epsilon) + beta


def batch_norm_running_backward(
    gradient: ArrayLike,
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    scale: ArrayLike | None = None,
    *,
    epsilon: float = EPSILON,
) -> NormalisationGradients:
    """The gradients of `batch_norm_running`: the statistics are constants, so `∂L/∂x = γ g / √(σ² + ε)`.

    Scale and shift collect as in training: `∂L/∂γ = Σ g (x - μ) / √(σ² + ε)` and `∂L/∂β = Σ g`.
    """
    array = _channels(x)
    g = like(gradient, array.shape)
    gamma, _ = _parameters(array, scale, None)
    axes = but_channels(array.ndim)
    return NormalisationGradients(
        x=gamma * g / np.sqrt(_known(array, variance, "variance") + positive(epsilon)),
        scale=(g * _by_known(array, mean, variance, epsilon)).sum(axis=axes),
        shift=g.sum(axis=axes),
    )


def running_statistics(
    x: ArrayLike, mean: ArrayLike, variance: ArrayLike, *, momentum: float = 0.1
) -> RunningStatistics:
    """What is remembered after one more batch: `(1 - momentum) old + momentum new`.

    The new variance is the unbiased one, `1/(m - 1) Σ (x - μ)²`, as in PyTorch and in algorithm 2 of the paper,
    though the batch itself is divided by the biased one.

    Raises:
        ShapeError: statistics of another shape, or a single number for each channel.
        SettingError: a momentum outside of 0 to 1.
    """
    array = _batch(x)
    if not 0 <= momentum <= 1:
        raise SettingError(f"momentum should lie between 0 and 1, not {momentum}")
    axes, shape = but_channels(array.ndim), array.shape[1:2]
    before = parameter(mean, shape, "mean", 0), parameter(variance, shape, "variance", 1)
    now = array.mean(axis=axes), array.var(axis=axes, ddof=1)
    return RunningStatistics(*((1 - momentum) * old + momentum * new for old, new in zip(before, now, strict=True)))


def _channels(x: ArrayLike) -> Array:
    array = numbers(x)
    if array.ndim < 2:
        raise ShapeError(f"BatchNorm wants (batch, channels) or (batch, channels, *sizes), not shape {array.shape}")
    return array


def _batch(x: ArrayLike) -> Array:
    """More than one number in each channel: a single one is its own mean, and nothing is left of it."""
    array = _channels(x)
    if array.size // max(array.shape[1], 1) < 2:
        raise ShapeError(f"BatchNorm needs two numbers or more for each channel to learn from, not shape {array.shape}")
    return array


def _parameters(array: Array, scale: ArrayLike | None, shift: ArrayLike | None) -> tuple[Array, Array]:
    gamma = parameter(scale, array.shape[1:2], "scale", 1)
    beta = parameter(shift, array.shape[1:2], "shift", 0)
    return channelwise(gamma, array.ndim), channelwise(beta, array.ndim)


def _known(array: Array, values: ArrayLike, name: str) -> Array:
    return channelwise(parameter(values, array.shape[1:2], name, 0), array.ndim)


def _by_known(array: Array, mean: ArrayLike, variance: ArrayLike, epsilon: float) -> Array:
    centred = array - _known(array, mean, "mean")
    return np.asarray(centred / np.sqrt(_known(array, variance, "variance") + positive(epsilon)))
