"""Softmax with cross-entropy: how surprised a classifier is by the truth."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import SettingError, ShapeError
from svertka.reference.activations import log_softmax, softmax
from svertka.reference.axes import Array, numbers


def cross_entropy(
    scores: ArrayLike, classes: ArrayLike, *, smoothing: float = 0.0, weights: ArrayLike | None = None
) -> float:
    """The mean of `-Σ_c t[c] w[c] log p[c]` over a batch, with `p` the softmax of the scores.

    The truth `t` is 1 for the right class and 0 for the others; smoothed by `ε` it is `(1 - ε) t + ε / C` (Szegedy and
    others 2015, arXiv:1512.00567, section 7). With weights the mean is the weighted one: the sum is divided by that of
    the weights of the right classes, as in PyTorch.

    Args:
        scores: `(batch, classes)`, or `(batch, classes, *sizes)` with a truth for each place.
        classes: numbers of the right classes, `(batch,)` or `(batch, *sizes)`.
        smoothing: `ε`, from 0 to 1.
        weights: how much each class matters, `(classes,)`; by default all the same.

    Raises:
        ShapeError: they do not fit together.
        SettingError: a smoothing outside of 0 to 1, or a class that does not exist.
    """
    s, wanted = _wanted(scores, classes, smoothing, weights)
    return float(-(wanted * log_softmax(s, axis=1)).sum())


def cross_entropy_backward(
    gradient: ArrayLike,
    scores: ArrayLike,
    classes: ArrayLike,
    *,
    smoothing: float = 0.0,
    weights: ArrayLike | None = None,
) -> Array:
    """The gradient of `cross_entropy` for the scores: what was predicted less what was wanted.

    With `L = -Σ_c q[c] log p[c]` and `∂ log p[c]/∂s[j] = [c = j] - p[j]`, `∂L/∂s[j] = p[j] Σ_c q[c] - q[j]`. Without
    weights `q` is `t / N` over `N` samples, so this is `(p - t) / N`: never vanishing as long as the answer is wrong.
    """
    s, wanted = _wanted(scores, classes, smoothing, weights)
    p = softmax(s, axis=1)
    return np.asarray(float(numbers(gradient)) * (p * wanted.sum(axis=1, keepdims=True) - wanted))


def _wanted(scores: ArrayLike, classes: ArrayLike, smoothing: float, weights: ArrayLike | None) -> tuple[Array, Array]:
    """Scores, and `q`: smoothed truths times weights, divided by the sum of the weights of the right classes."""
    s, right = numbers(scores), np.asarray(classes)
    if s.ndim < 2 or right.shape != (len(s), *s.shape[2:]):
        raise ShapeError(f"scores of shape {s.shape} want classes for (batch, *sizes), but these have {right.shape}")
    if not 0 <= smoothing <= 1:
        raise SettingError(f"smoothing should lie between 0 and 1, not {smoothing}")
    count = s.shape[1]
    w = np.ones(count) if weights is None else numbers(weights)
    if w.shape != (count,):
        raise ShapeError(f"the weights have shape {w.shape}, but there are {count} classes")
    one_hot = np.moveaxis(np.eye(count)[_known(right, count)], -1, 1)
    truth = (1 - smoothing) * one_hot + smoothing / count
    weight = w.reshape(1, -1, *[1] * (s.ndim - 2))
    return s, truth * weight / (one_hot * weight).sum()


def _known(right: NDArray[Any], count: int) -> NDArray[np.int64]:
    if not np.issubdtype(right.dtype, np.integer) or right.size == 0 or right.min() < 0 or right.max() >= count:
        raise SettingError(f"classes should be integers from 0 to {count - 1}, for one sample or more")
    return right.astype(np.int64)
