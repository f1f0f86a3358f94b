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
    low, high = limits(dtype, values.dtype)
    if low <= values.min().item() and values.max().item() <= high:
        return values.astype(dtype), 0
    cut = int(np.count_nonzero(values < low) + np.count_nonzero(values > high))
    return np.clip(values, low, high).astype(dtype), cut


def limits(dtype: np.dtype[Any], given: np.dtype[Any]) -> tuple[float, float]:
    """The least and the greatest number of a type that another has too, so that comparing and clipping are exact."""
    if dtype.kind == "f":
        wide = np.finfo(given if given.kind == "f" and given.itemsize < dtype.itemsize else dtype)
        return float(wide.min), float(wide.max)
    info = np.iinfo(dtype)
    if given.kind != "f":
        return max(info.min, np.iinfo(given).min), min(info.max, np.iinfo(given).max)
    high = given.type(info.max)
    return float(info.min), float(np.nextafter(high, given.type(0)) if int(high) > info.max else high)
