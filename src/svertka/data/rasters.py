"""An image as its file holds it."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from svertka.errors import DataError

Pixels = NDArray[Any]
Colour = Literal["grey", "grey+alpha", "rgb", "rgb+alpha", "cmyk", "channels"]


@dataclass(frozen=True)
class Header:
    """What is known of an image before its pixels are decoded.

    `repeats` is how often its channels mean the same again, as those of one atom after those of another.
    """

    channels: int
    sizes: tuple[int, ...]
    dtype: str
    colour: Colour
    repeats: int = 1


@dataclass(frozen=True)
class Raster:
    """Pixels `(channels, *sizes)` in the file's own type and range, what the channels mean, and how often over."""

    pixels: Pixels
    colour: Colour
    repeats: int = 1

    @property
    def header(self) -> Header:
        """The same facts that a reader finds before decoding."""
        return Header(self.pixels.shape[0], self.pixels.shape[1:], kind(self.pixels.dtype), self.colour, self.repeats)


def kind(dtype: np.dtype[Any]) -> str:
    """The type's name, whatever its byte order; all floats are one kind."""
    return "float" if dtype.kind == "f" else dtype.name


def shown(pixels: Pixels) -> Pixels:
    """The same, with true and false as the 255 and 0 of a black and white image.

    Raises:
        DataError: it holds no numbers, or nothing.
    """
    if pixels.dtype.kind not in "buif":
        raise DataError(f"it holds {pixels.dtype}, not numbers")
    if pixels.size == 0:
        raise DataError(f"it is an array of shape {pixels.shape}, which holds nothing")
    return pixels.astype(np.uint8) * 255 if pixels.dtype == bool else pixels


def plain(pixels: Pixels) -> Raster:
    """An image that says nothing of its channels."""
    return Raster(pixels, colour_of(pixels.shape[0], pixels.ndim - 1, kind(pixels.dtype)))


def colour_of(channels: int, rank: int, dtype: str) -> Colour:
    """What channels mean where nothing says so: one is grey, three of 8 bits in a plane are red, green and blue."""
    if channels == 1:
        return "grey"
    return "rgb" if (channels, rank, dtype) == (3, 2, "uint8") else "channels"
