"""What lies beyond the border of an image: a rule that sends every place outside to one inside."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka.errors import ShapeError, UnknownName
from svertka.reference.axes import Array, Padding, around, like, numbers

Places = NDArray[np.int64]


def _reflect(i: Places, n: int) -> Places:
    """`dcb|abcd|cba`: a walk to and fro of period `2(n - 1)` that turns on the outermost samples."""
    period = max(2 * (n - 1), 1)
    return np.minimum(i % period, -i % period)


def _symmetric(i: Places, n: int) -> Places:
    """`cba|abcd|dcb`: a walk to and fro of period `2n` that repeats the outermost samples."""
    return np.minimum(i % (2 * n), (-1 - i) % (2 * n))


def _replicate(i: Places, n: int) -> Places:
    """`aaa|abcd|ddd`: the nearest sample."""
    return np.clip(i, 0, n - 1)


def _circular(i: Places, n: int) -> Places:
    """`bcd|abcd|abc`: round and round."""
    return i % n


BORDERS: dict[str, Callable[[Places, int], Places] | None] = {
    "circular": _circular,
    "reflect": _reflect,
    "replicate": _replicate,
    "symmetric": _symmetric,
    "zeros": None,
}


def pad(image: ArrayLike, padding: Padding, border: str = "zeros") -> Array:
    """Continue images beyond their border: `y[i] = x[s(i - before)]`.

    The source `s` of a place depends on the border: `dcb|abcd|cba` for "reflect", `cba|abcd|dcb` for "symmetric",
    `aaa|abcd|ddd` for "replicate", `bcd|abcd|abc` for "circular"; "zeros" has none outside. Rules are periodic, so
    any padding is allowed, even one larger than the image.

    Args:
        image: `(batch, channels, *sizes)`.
        padding: one number, one for each axis, or `(before, after)` for each axis.
        border: one of those above.

    Raises:
        UnknownName: no such border.
        SettingError: a padding that is negative or for another number of axes.
        ShapeError: nothing to continue.
    """
    array = numbers(image)
    for axis, pair in _pairs(array, padding):
        array = _along(array, axis, pair, border)
    return array


def pad_backward(gradient: ArrayLike, image: ArrayLike, padding: Padding, border: str = "zeros") -> Array:
    """The gradient of `pad` for the image: every sample collects from all places that were copied from it.

    With `y[i] = x[s(i)]`, `∂L/∂x[j] = Σ_i ∂L/∂y[i] ∂y[i]/∂x[j] = Σ_{i: s(i) = j} g[i]`. Zeros outside came from
    nowhere and return nothing, so for them this is a crop.
    """
    array = numbers(image)
    pairs = _pairs(array, padding)
    shape = list(array.shape)
    for axis, pair in pairs:
        shape[axis] += sum(pair)
    found = like(gradient, shape)
    for axis, pair in pairs:
        found = _along_backward(found, axis, pair, border, array.shape[axis])
    return found


def _pairs(array: Array, padding: Padding) -> list[tuple[int, tuple[int, int]]]:
    """Axes with how much to add before and after."""
    rank = array.ndim - 2
    return list(enumerate(around(padding, [1] * rank, [1] * rank), start=2))


def _sources(size: int, pair: tuple[int, int], border: str) -> Places | None:
    """For each place of the padded axis, where it is copied from; none for zeros."""
    if border not in BORDERS:
        raise UnknownName("border", border, BORDERS)
    rule = BORDERS[border]
    if rule is None:
        return None
    if size == 0:
        raise ShapeError(f"an empty axis cannot be continued by {border!r}")
    return rule(np.arange(-pair[0], size + pair[1]), size)


def _along(array: Array, axis: int, pair: tuple[int, int], border: str) -> Array:
    size = array.shape[axis]
    sources = _sources(size, pair, border)
    if sources is not None:
        return np.take(array, sources, axis=axis)
    out = np.zeros((*array.shape[:axis], size + sum(pair), *array.shape[axis + 1 :]))
    np.moveaxis(out, axis, 0)[pair[0] : pair[0] + size] = np.moveaxis(array, axis, 0)
    return out


def _along_backward(gradient: Array, axis: int, pair: tuple[int, int], border: str, size: int) -> Array:
    sources = _sources(size, pair, border)
    lines = np.moveaxis(gradient, axis, 0)
    if sources is None:
        return np.moveaxis(lines[pair[0] : pair[0] + size], 0, axis)
    out = np.zeros((size, *lines.shape[1:]))
    np.add.at(out, sources, lines)
    return np.moveaxis(out, 0, axis)
