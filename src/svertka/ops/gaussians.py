"""Blurring by Gauss's bell curve, of any width and rank, one axis after another."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from svertka.errors import SettingError

TRUNCATE = 4.0  # deviations, as in scipy.ndimage: what lies beyond is 6e-5 of the whole
BINOMIAL = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16  # the one of the lectures: [1, 2, 1]ᵀ·[1, 2, 1] / 16


def gaussian_line(deviation: float, *, truncate: float = TRUNCATE) -> NDArray[np.float64]:
    """`exp(−x²/2σ²)` at whole `x` up to `truncate` deviations, rounded, to either side, divided by its sum.

    Raises:
        SettingError: the deviation is no positive number.
    """
    if not (isfinite(deviation) and deviation > 0):
        raise SettingError(f"the deviation of a Gaussian should be a number of pixels above 0, not {deviation}")
    reach = int(truncate * deviation + 0.5)
    places = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (places / deviation) ** 2)
    return np.asarray(weights / weights.sum())


def deviations(deviation: float | Sequence[float], rank: int) -> tuple[float, ...]:
    """A deviation for each axis, from one for all or from all.

    Raises:
        SettingError: another number of deviations than axes.
    """
    each = (deviation,) * rank if isinstance(deviation, (int, float)) else tuple(deviation)
    if len(each) != rank:
        raise SettingError(f"{len(each)} deviations are given for {rank} axes")
    return each
