"""Opening any image to read it by rows."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from svertka.data.formats import Opening, arrays, fits, tiff
from svertka.data.formats.registry import Format, with_name
from svertka.data.rasters import Pixels
from svertka.data.strips.arrays import ArrayRows
from svertka.data.strips.fits import FitsRows
from svertka.data.strips.forms import Form, Source
from svertka.data.strips.tiff import TiffRows
from svertka.data.strips.whole import read_whole


@contextmanager
def opened(path: Path, opening: Opening = Opening(), axes: str | None = None) -> Iterator[Source]:  # noqa: B008
    """The image in a file, to be read by rows.

    TIFF, FITS and .npy are read as rows are asked for; others are decoded whole, within the limit of pixels.

    Args:
        path: the file.
        opening: what a person says about opening files.
        axes: what the axes of an array mean; by default that is guessed from its shape.

    Raises:
        DataError: it cannot be read; the message names the file, here and when rows are asked for.
        MissingExtra: its format needs a package that is not installed.
    """
    with ExitStack() as closing:
        yield Checked(path, with_name(path, lambda image_format: _source(path, image_format, opening, axes, closing)))


def _source(path: Path, image_format: Format, opening: Opening, axes: str | None, closing: ExitStack) -> Source:
    if image_format is tiff.TIFF:
        try:
            return TiffRows(path, opening, closing)
        except NotImplementedError:
            return read_whole(path, image_format, opening)
    if image_format is fits.FITS:
        return FitsRows(path, closing)
    if image_format is arrays.ARRAYS:
        return ArrayRows(path, axes)
    return read_whole(path, image_format, opening)


class Checked:
    """The same source; what goes wrong later names the file too."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path, self.source = path, source

    @property
    def form(self) -> Form:
        return self.source.form

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        return with_name(self.path, lambda _: self.source.rows(page, start, stop))
