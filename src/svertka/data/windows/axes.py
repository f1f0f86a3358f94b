"""Arrays in files as images: what their axes mean, and where a window of the image lies in them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from svertka.data.axes import GUESSES, arranged, check, guessed
from svertka.data.rasters import Pixels, colour_of, kind, shown
from svertka.data.strips.forms import Form
from svertka.data.windows.forms import Window
from svertka.errors import DataError

# As Zarr's own names of dimensions, OME's among them, have them.
NAMES = {
    "c": "C", "channel": "C", "channels": "C", "band": "C", "z": "D", "depth": "D", "plane": "D", "y": "H",
    "height": "H", "lat": "H", "latitude": "H", "x": "W", "width": "W", "lon": "W", "longitude": "W", "t": "T",
    "time": "T",
}  # fmt: skip


def letters(shape: Sequence[int], axes: str | None, names: Iterable[str | None] = ()) -> str:
    """A letter for each axis: as a person says, else as the file's names do, else guessed.

    Raises:
        DataError: they do not fit, or are those of several images.
    """
    named = [NAMES.get((name or "").lower(), "") for name in names]
    meant = axes or ("".join(named) if len(named) == len(shape) and all(named) else guessed(shape))
    if "N" in meant:
        raise DataError(f"axes {meant} are those of several images, and windows are of one")
    check(shape, meant)
    return meant


def form_of(shape: Sequence[int], dtype: np.dtype[Any], axes: str) -> Form:
    """What an array with these axes is as an image.

    Raises:
        DataError: it holds no numbers, or nothing.
    """
    native = shown(np.zeros([min(size, 1) for size in shape], dtype)).dtype.newbyteorder("=")
    channels, *sizes = arranged(np.broadcast_to(np.empty((), native), shape), axes).shape
    return Form(channels, tuple(sizes), native, colour_of(channels, len(sizes), kind(native)), axes=axes)


def natural(channels: int, rank: int) -> str:
    """The order of axes in which arrays are written: channels, where there are several, and then space."""
    return ("C" if channels > 1 else "") + GUESSES[rank]


def shape_of(form: Form) -> tuple[int, ...]:
    """The lengths of these axes."""
    return form.sizes if form.channels == 1 else (form.channels, *form.sizes)


def in_order(form: Form, window: Window, values: Pixels) -> tuple[Window, Pixels]:
    """A window and its values along these axes."""
    return (window, values[0]) if form.channels == 1 else ((slice(0, form.channels), *window), values)


def space(axes: str) -> str:
    """The letters of an image's own axes, in its order."""
    return "".join(letter for letter in "TDHW" if letter in axes)


def window_of(array: Any, axes: str, window: Window) -> Pixels:
    """A window `(channels, *window)` of an array that is read where it is sliced."""
    along = dict(zip(space(axes), window, strict=True))
    found = np.asarray(array[tuple(along.get(letter, slice(None)) for letter in axes)])
    return shown(arranged(found, axes))


def blocks_of(chunks: Sequence[int] | None, shape: Sequence[int], axes: str) -> tuple[int, ...]:
    """The boxes of an image in which its array is stored; the whole of it, where it is stored in one piece."""
    along = dict(zip(axes, chunks or shape, strict=True))
    return tuple(along[letter] for letter in space(axes))
