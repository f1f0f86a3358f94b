"""Windows of images that can only be decoded whole: PNG, JPEG and all the formats of other packages."""

from svertka.data.rasters import Pixels, Raster
from svertka.data.strips.forms import Form
from svertka.data.windows.forms import Window


class WholeImage:
    """An image in memory."""

    def __init__(self, raster: Raster) -> None:
        self.pixels = raster.pixels.astype(raster.pixels.dtype.newbyteorder("="), copy=False)
        self.block = self.pixels.shape[1:]
        self.form = Form(len(self.pixels), self.block, self.pixels.dtype, raster.colour)

    def read(self, window: Window) -> Pixels:
        return self.pixels[(slice(None), *window)].copy()

    def close(self) -> None:
        """It was closed when it was read."""
