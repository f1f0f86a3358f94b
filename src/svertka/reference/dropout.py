"""Dropout (Srivastava and others 2014): numbers are left out at random, and those that stay make up for them.

Nothing here draws by itself: `drop_elements` and `drop_channels` draw which numbers are dropped, and the functions take
that as an array, so a result can be repeated and a gradient be taken of the same draw.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import SettingError, ShapeError
from svertka.reference.axes import Array, like, numbers

Dropped = NDArray[np.bool_]

# What SELU nears far below zero, -λα (Klambauer and others 2017, arXiv:1706.02515, equation 14): its silence.
SILENCE = -1.7580993408473766


def drop_elements(shape: tuple[int, ...], rate: float, rng: np.random.Generator) -> Dropped:
    """Which numbers are dropped, each by itself: `b ~ Bernoulli(p)`."""
    return rng.random(shape) < _rate(rate)


def drop_channels(shape: tuple[int, ...], rate: float, rng: np.random.Generator) -> Dropped:
    """Which channels of `(batch, channels, *sizes)` are dropped, whole: neighbours in an image say much the same."""
    return rng.random((*shape[:2], *[1] * (len(shape) - 2))) < _rate(rate)


def dropout(x: ArrayLike, dropped: ArrayLike, rate: float) -> Array:
    """Leave numbers out and let the others grow: `y = (1 - b) x / (1 - p)`.

    Since `1 - b` is `1 - p` on average, so is `y` just `x` on average, and in use nothing needs to be done. At
    `p = 0.5` survivors double.

    Args:
        x: any shape.
        dropped: `b`, true where a number is left out; of the shape of `x`, or with ones for axes that share a fate.
        rate: `p`, how probable that was.

    Raises:
        SettingError: a rate outside of 0 to 1, or of 1 itself: nothing would be left to grow.
        ShapeError: a mask that does not fit.
    """
    array = numbers(x)
    return _kept(array, dropped) * array / (1 - _rate(rate))


def dropout_backward(gradient: ArrayLike, x: ArrayLike, dropped: ArrayLike, rate: float) -> Array:
    """The gradient of `dropout`, which is linear with a diagonal matrix: `∂L/∂x = (1 - b) g / (1 - p)`."""
    array = numbers(x)
    return _kept(array, dropped) * like(gradient, array.shape) / (1 - _rate(rate))


def alpha_dropout(x: ArrayLike, dropped: ArrayLike, rate: float) -> Array:
    """Dropout for networks with SELU, which keeps mean zero and variance one: `y = a ((1 - b) x + α' b) + c`.

    A dropped number becomes `α' = -λα`, what SELU says at its most silent. For `x` of mean 0 and variance 1 the bracket
    has mean `p α'` and variance `(1 - p) + p(1 - p) α'²`; `a` and `c` bring them back:
    `a = ((1 - p)(1 + p α'²))^(-1/2)` and `c = -a p α'` (arXiv:1706.02515, section 3, dropout technique).

    Args:
        x: any shape.
        dropped: `b`, true where a number is left out; of the shape of `x`, or with ones for axes that share a fate.
        rate: `p`, how probable that was.

    Raises:
        SettingError: a rate outside of 0 to 1, or of 1 itself.
        ShapeError: a mask that does not fit.
    """
    array = numbers(x)
    kept, scale = _kept(array, dropped), _scale(rate)
    return scale * (kept * array + SILENCE * (1 - kept)) - scale * rate * SILENCE


def alpha_dropout_backward(gradient: ArrayLike, x: ArrayLike, dropped: ArrayLike, rate: float) -> Array:
    """The gradient of `alpha_dropout`: only survivors depend on `x`, so `∂L/∂x = a (1 - b) g`."""
    array = numbers(x)
    return _scale(rate) * _kept(array, dropped) * like(gradient, array.shape)


def _rate(rate: float) -> float:
    if not 0 <= rate < 1:
        raise SettingError(f"the rate of dropout should be at least 0 and below 1, not {rate}")
    return rate


def _scale(rate: float) -> float:
    return float(((1 - _rate(rate)) * (1 + rate * SILENCE**2)) ** -0.5)


def _kept(array: Array, dropped: ArrayLike) -> Array:
    """`1 - b`."""
    mask = np.asarray(dropped, dtype=bool)
    shared = mask.ndim == array.ndim and all(m in (1, n) for m, n in zip(mask.shape, array.shape, strict=True))
    if not shared:
        raise ShapeError(f"what is dropped has shape {mask.shape}, which does not fit numbers of shape {array.shape}")
    return (~mask).astype(np.float64)
