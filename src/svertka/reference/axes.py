"""Settings axis by axis, and what has to fit: the checks at the border of this room."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import SettingError, ShapeError
from svertka.geometry import times

Array = NDArray[np.float64]
Each = int | Sequence[int]  # one number for all axes, or one for each
Pairs = tuple[tuple[int, int], ...]  # samples before and after, for each axis
Padding = int | str | Sequence[int] | Sequence[Sequence[int]]


def each(value: Each, rank: int, name: str, *, least: int = 1) -> tuple[int, ...]:
    """A setting for each axis, from one for all of them or from all.

    Raises:
        SettingError: another number of settings than axes, or one that is no integer or below `least`.
    """
    values = tuple(value) if isinstance(value, Sequence | np.ndarray) else (value,) * rank
    if len(values) != rank:
        raise SettingError(f"{name} {values} is for {len(values)} axes, but the image has {rank}")
    for one in values:
        if not isinstance(one, int | np.integer) or one < least:
            raise SettingError(f"{name} should be an integer of at least {least}, not {one!r}")
    return tuple(map(int, values))


def around(padding: Padding, kernel: Sequence[int], dilation: Sequence[int]) -> Pairs:
    """How many samples to add before and after each axis.

    One number pads every side, one for each axis both of its sides, and a pair for each axis says all. `"valid"` adds
    nothing; `"same"` keeps the size at stride 1: `D(K - 1)/2` on each side.

    Raises:
        SettingError: a padding that is none of these, or `"same"` where `D(K - 1)` is odd.
    """
    if isinstance(padding, str):
        return _named(padding, kernel, dilation)
    if isinstance(padding, Sequence) and any(isinstance(pair, Sequence) for pair in padding):
        return tuple(_pair(pair) for pair in _counted(padding, len(kernel)))
    return tuple((one, one) for one in each(padding, len(kernel), "padding", least=0))  # type: ignore[arg-type]


def _named(padding: str, kernel: Sequence[int], dilation: Sequence[int]) -> Pairs:
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise SettingError(f"padding should be 'same', 'valid' or numbers, not {padding!r}")
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if any(total % 2 for total in totals):
        raise SettingError(f"padding='same' has no middle for a kernel of {times(kernel)}; give (before, after) pairs")
    return tuple((total // 2, total // 2) for total in totals)


def _counted(pairs: Sequence[Any], rank: int) -> Sequence[Any]:
    if len(pairs) != rank:
        raise SettingError(f"padding {pairs} is for {len(pairs)} axes, but the image has {rank}")
    return pairs


def _pair(pair: Any) -> tuple[int, int]:
    before, after = each(pair, 2, "padding (before, after)", least=0)
    return before, after


def numbers(values: ArrayLike) -> Array:
    """Whatever holds numbers, as an array of 64-bit floats."""
    return np.asarray(values, dtype=np.float64)


def batch_of_images(image: ArrayLike) -> Array:
    """Images as `(batch, channels, *sizes)`.

    Raises:
        ShapeError: fewer axes.
    """
    array = numbers(image)
    if array.ndim < 3:
        raise ShapeError(f"images should be (batch, channels, *sizes), but there are {array.ndim} axes: {array.shape}")
    return array


def like(gradient: ArrayLike, shape: Sequence[int]) -> Array:
    """A gradient of the shape that the forward function returned.

    Raises:
        ShapeError: another shape.
    """
    array = numbers(gradient)
    if array.shape != tuple(shape):
        raise ShapeError(f"the gradient has shape {array.shape}, but the output has {tuple(shape)}")
    return array


def channelwise(values: ArrayLike, ndim: int) -> Array:
    """A number for each channel, shaped to meet arrays `(batch, channels, ...)` of `ndim` axes."""
    return numbers(values).reshape(1, -1, *[1] * (ndim - 2))


def but_channels(ndim: int) -> tuple[int, ...]:
    """All axes of `(batch, channels, ...)` except that of the channels."""
    return (0, *range(2, ndim))
