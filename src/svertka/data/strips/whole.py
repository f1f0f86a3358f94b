"""Rows of images that can only be decoded whole: PNG, JPEG and all the formats of other packages."""

from pathlib import Path

import numpy as np

from svertka.data.formats.registry import Format, Opening
from svertka.data.rasters import Pixels, Raster
from svertka.data.strips.forms import Form


class WholeRows:
    """An image in memory."""

    def __init__(self, raster: Raster) -> None:
        pixels = raster.pixels.astype(raster.pixels.dtype.newbyteorder("="), copy=False)
        self.form = Form(len(pixels), pixels.shape[1:], pixels.dtype, raster.colour)
        self.pages = pixels.reshape(len(pixels), self.form.pages, self.form.height, self.form.width)

    def rows(self, page: int, start: int, stop: int) -> Pixels:
        return np.asarray(self.pages[:, page, start:stop])


def read_whole(path: Path, image_format: Format, opening: Opening) -> WholeRows:
    """The image of a file, within the limit of pixels."""
    return WholeRows(image_format.read(path, opening))
