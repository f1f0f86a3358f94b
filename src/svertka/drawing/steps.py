"""What an operator does, step by step: what it looks at, and what it has made so far."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svertka import ops
from svertka.errors import SettingError
from svertka.geometry import Window

Sizes = int | Sequence[int]
HOW: dict[str, Callable[[NDArray[np.float64]], np.float64]] = {"max": np.max, "mean": np.mean}


@dataclass(frozen=True)
class Step:
    """One place of an operator.

    `before` is what it reads, with its padding; `seen` is true where it reads now, `padded` where that is padding.
    `after` is what it has made so far, not a number where nothing is yet; `made` is true where it writes now.
    """

    before: NDArray[np.float64]
    seen: NDArray[np.bool_]
    padded: NDArray[np.bool_]
    after: NDArray[np.float64]
    made: NDArray[np.bool_]


def sliding(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Sizes = 1,
    padding: Sizes = 0,
    border: str = "zeros",
    dilation: Sizes = 1,
) -> list[Step]:
    """The steps of a convolution of one channel: a window for each place of the result.

    Image and kernel are planes, or signals of one axis; the parameters are those of `ops.convolve`.
    """
    image, kernel = _plane(image), _plane(kernel)
    strides, dilations = _pair(stride, image), _pair(dilation, image)
    padded, faint = _padded(image, _pair(padding, image, 0), border)
    result = ops.convolve(padded[None], kernel[None, None], stride=strides, dilation=dilations)[0]
    spans = [range(0, step * size, step) for step, size in zip(dilations, kernel.shape, strict=True)]
    return list(_windows(padded, faint, result, spans, strides))


def pooling(
    image: ArrayLike, size: Sizes, *, stride: Sizes | None = None, how: Literal["max", "mean"] = "max"
) -> list[Step]:
    """The steps of a pooling: the greatest number, or the mean, of each window.

    Raises:
        SettingError: another way than these two.
    """
    if how not in HOW:
        raise SettingError(f"pooling is drawn with {' or '.join(HOW)}, not with {how!r}")
    image = _plane(image)
    sizes = _pair(size, image)
    strides = _pair(size if stride is None else stride, image)
    windows = zip(image.shape, sizes, strides, strict=True)
    result = np.empty([Window(kernel, step).out(size) for size, kernel, step in windows])
    for place in np.ndindex(*result.shape):
        starts = [index * step for index, step in zip(place, strides, strict=True)]
        result[place] = HOW[how](image[tuple(slice(a, a + n) for a, n in zip(starts, sizes, strict=True))])
    return list(_windows(image, np.zeros(image.shape, bool), result, [range(n) for n in sizes], strides))


def spreading(image: ArrayLike, kernel: ArrayLike, *, stride: Sizes = 1, padding: Sizes = 0) -> list[Step]:
    """The steps of a transposed convolution of one channel: each number of the image adds a multiple of the kernel.

    What `padding` takes away at the border is left out of the pictures.
    """
    image, kernel = _plane(image), _plane(kernel)
    strides, crop = _pair(stride, image), _pair(padding, image, 0)
    whole = [(n - 1) * step + k for n, step, k in zip(image.shape, strides, kernel.shape, strict=True)]
    kept = tuple(slice(cut, size - cut) for size, cut in zip(whole, crop, strict=True))
    total, touched, steps = np.zeros(whole), np.zeros(whole, bool), []
    for place in np.ndindex(*image.shape):
        here = tuple(slice(i * s, i * s + k) for i, s, k in zip(place, strides, kernel.shape, strict=True))
        made, seen = np.zeros(whole, bool), np.zeros(image.shape, bool)
        made[here], touched[here], seen[place] = True, True, True
        total[here] += image[place] * kernel
        after = np.where(touched, total, np.nan)[kept]
        steps.append(Step(image, seen, np.zeros(image.shape, bool), after, made[kept]))
    return steps


def _windows(
    padded: NDArray[np.float64],
    faint: NDArray[np.bool_],
    result: NDArray[np.float64],
    spans: Sequence[range],
    strides: Sequence[int],
) -> Iterator[Step]:
    """A step for each place of the result, whose window has its cells at `spans` from where it begins."""
    after = np.full(result.shape, np.nan)
    for place in np.ndindex(*result.shape):
        seen, made = np.zeros(padded.shape, bool), np.zeros(result.shape, bool)
        rows, columns = [[i * s + k for k in span] for i, s, span in zip(place, strides, spans, strict=True)]
        seen[np.ix_(rows, columns)], made[place] = True, True
        after[place] = result[place]
        yield Step(padded, seen, faint, after.copy(), made)


def _plane(values: ArrayLike) -> NDArray[np.float64]:
    """A plane; a signal is one of a single row."""
    return np.atleast_2d(np.asarray(values, dtype=np.float64))


def _pair(value: Sizes, image: NDArray[np.float64], still: int = 1) -> tuple[int, int]:
    """A number for each axis; the axis of a signal's single row is left alone."""
    if not isinstance(value, int):
        return value[0], value[1]
    return (still if image.shape[0] == 1 else value), value


def _padded(
    image: NDArray[np.float64], padding: tuple[int, int], border: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The image with its border, and where that is."""
    around = [(count, count) for count in padding]
    whole = np.asarray(ops.pad(image, around, border))
    return whole, ~np.pad(np.ones(image.shape, bool), around)
