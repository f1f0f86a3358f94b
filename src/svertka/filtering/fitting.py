"""Fitting what a filter answered into the type of a file, and counting what did not fit."""

from typing import Any

import numpy as np

from svertka.data.rasters import Pixels


def fitted(values: Pixels, dtype: np.dtype[Any]) -> tuple[Pixels, int]:
    """The same numbers in another type, and how many were cut to its range.

    Fractions are rounded to the nearest whole number where the type wants those, halves to even.
    """
    if dtype.kind != "f" and values.dtype.kind == "f":
        values = np.rint(values)
    low, high = limits(dtype)
    if low <= values.min() and values.max() <= high:
        return values.astype(dtype), 0
    cut = int(np.count_nonzero(values < low) + np.count_nonzero(values > high))
    return np.clip(values, low, high).astype(dtype), cut


def limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The least and the greatest number of a type."""
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    info = np.iinfo(dtype)
    if dtype.itemsize < 8:
        return info.min, info.max
    # The greatest that float64 holds too, so that comparing and clipping mean the same.
    return float(info.min), float(np.nextafter(np.float64(info.max), 0))
