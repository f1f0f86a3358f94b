"""What an image in a file is, apart from its pixels, and how its rows are asked for."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from svertka.data.rasters import Colour, Pixels
from svertka.geometry import times


@dataclass(frozen=True)
class Form:
    """The shape and the type of an image, and what goes along with it.

    `sizes` are those of a signal `(length,)`, a plane `(height, width)` or a volume `(pages, height, width)`. All are
    read and written as pages of rows: a signal is one row, a plane one page.
    """

    channels: int
    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    colour: Colour
    axes: str = ""
    """The order of the axes in an array's file; empty where the file has none of its own."""
    resolution: tuple[float, float, int] | None = field(default=None, compare=False)
    """Of a TIFF: pixels per unit to the right and down, and the number of the unit."""
    cards: Any = field(default=None, compare=False)
    """Of FITS: the header."""

    @property
    def pages(self) -> int:
        """How many planes there are."""
        return self.sizes[0] if len(self.sizes) == 3 else 1

    @property
    def height(self) -> int:
        """Rows of a page."""
        return self.sizes[-2] if len(self.sizes) > 1 else 1

    @property
    def width(self) -> int:
        """Samples of a row."""
        return self.sizes[-1]

    @property
    def row(self) -> int:
        """Numbers in a row of all channels."""
        return self.channels * self.width

    def described(self) -> str:
        """In words, as `3 channels (rgb) of uint8, 480x640`."""
        meaning = "" if self.colour == "channels" else f" ({self.colour})"
        return f"{self.channels} channel{'s' * (self.channels > 1)}{meaning} of {self.dtype.name}, {times(self.sizes)}"


class Source(Protocol):
    """An image that can be read row by row."""

    @property
    def form(self) -> Form: ...

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        """Rows of one page, `(channels, stop - start, width)`, in this machine's byte order."""
