"""Pixels that come onto the grid of a bandwidth or leave it: what they may be, what becomes of them, their spectra."""

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.spheres.rings import Array
from svertka.errors import DataError
from svertka.ops import sphere_fft


def spectrum_for(signal: Pixels, degrees: int) -> Array:
    """The spectra `(images, degrees²)` of signals `(..., 2b, 2b)`, of no more degrees than said and than there are.

    Raises:
        ShapeError: sizes that are not even, or not equal.
    """
    values = signal.astype(np.float64)
    found = sphere_fft(values, min(degrees, max(1, values.shape[-1] // 2)) if values.ndim else None)
    return np.asarray(found).reshape(-1, found.shape[-1])


def finite(pixels: Pixels) -> Pixels:
    """The same pixels, none of which is NaN or infinite.

    Raises:
        DataError: some are, or they are no numbers.
    """
    if pixels.dtype.kind not in "buif":
        raise DataError(f"a field holds real numbers, not {pixels.dtype}")
    gaps = np.count_nonzero(~np.isfinite(pixels))
    if gaps:
        raise DataError(f"{gaps:,} of its pixels are NaN or infinite; put a value there first, as --fill 0 does")
    return pixels


def kept(values: Array, dtype: np.dtype[np.generic]) -> Pixels:
    """Numbers as pixels of a kind: 8 bits, rounded and cut, or float32."""
    if dtype == np.uint8:
        return np.rint(values).clip(0, 255).astype(np.uint8)
    return values.astype(np.float32)
