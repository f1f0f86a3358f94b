"""What the axes of an array mean: samples N, channels C, time T, depth D, height H, width W."""

from collections.abc import Sequence

import numpy as np

from svertka.data.rasters import Pixels
from svertka.errors import DataError

FEW = 4  # an axis this short is channels, where there is a choice
GUESSES = {1: "T", 2: "HW", 3: "DHW"}


def guessed(shape: Sequence[int]) -> str:
    """The likeliest meaning of one image's axes, by their lengths.

    A short axis at the end or at the beginning is channels; what is left is time, a plane, or a volume.

    >>> guessed((64, 64)), guessed((64, 64, 3)), guessed((3, 64, 64)), guessed((64, 64, 64)), guessed((2, 8000))
    ('HW', 'HWC', 'CHW', 'DHW', 'CT')

    Raises:
        DataError: there are too many axes to tell.
    """
    rank = len(shape)
    if rank - 1 in GUESSES and shape[-1] <= FEW < min(shape[:-1]):
        return GUESSES[rank - 1] + "C"
    if rank - 1 in GUESSES and shape[0] <= FEW < min(shape[1:]):
        return "C" + GUESSES[rank - 1]
    if rank in GUESSES:
        return GUESSES[rank]
    raise DataError(
        f"the axes of an array of shape {tuple(shape)} cannot be guessed; say what they are, as --axes NCHW"
    )


def arranged(array: Pixels, axes: str) -> Pixels:
    """A view with channels first and space behind: `(channels, *sizes)`, or `(samples, channels, *sizes)`.

    Raises:
        DataError: the letters do not fit the array.
    """
    check(array.shape, axes)
    space = "".join(letter for letter in "TDHW" if letter in axes)
    if "C" not in axes:
        array, axes = array[None], "C" + axes
    order = ("N" if "N" in axes else "") + "C" + space
    return np.transpose(array, [axes.index(letter) for letter in order])


def check(shape: Sequence[int], axes: str) -> None:
    """See that every axis has one letter, and that the letters make a space.

    Raises:
        DataError: they do not.
    """
    space = "".join(letter for letter in "TDHW" if letter in axes)
    if len(axes) != len(shape) or len(set(axes)) != len(axes) or space not in GUESSES.values():
        raise DataError(
            f"axes {axes} do not fit an array of shape {tuple(shape)}: wanted a letter for each axis, "
            "and T, HW or DHW among them"
        )
