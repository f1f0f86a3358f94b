"""PNG, JPEG, WebP, BMP, GIF and PNM, by Pillow."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from svertka.data.formats.deep import CHANNELS, deep_colour, deep_pixels
from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Colour, Header, Pixels, Raster
from svertka.errors import DataError

# Pillow's mode -> the mode to decode to, what its channels mean, how many there are, their type
MODES: dict[str, tuple[str, Colour, int, str]] = {
    "1": ("L", "grey", 1, "uint8"),
    "L": ("L", "grey", 1, "uint8"),
    "LA": ("LA", "grey+alpha", 2, "uint8"),
    "P": ("RGB", "rgb", 3, "uint8"),
    "PA": ("RGBA", "rgb+alpha", 4, "uint8"),
    "RGB": ("RGB", "rgb", 3, "uint8"),
    "RGBA": ("RGBA", "rgb+alpha", 4, "uint8"),
    "CMYK": ("CMYK", "cmyk", 4, "uint8"),
    "YCbCr": ("RGB", "rgb", 3, "uint8"),
    "I;16": ("I;16", "grey", 1, "uint16"),
    "I;16B": ("I;16", "grey", 1, "uint16"),
    "I": ("I", "grey", 1, "int32"),
    "F": ("F", "grey", 1, "float"),
}
CLEAR = {"1": "LA", "L": "LA", "P": "PA", "RGB": "RGBA"}  # modes in which one colour may stand for transparency
KINDS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "PPM")  # what may hide behind an ending: no programs, as EPS is
ORIENTATION = 0x0112
# What an EXIF orientation asks for, by its number, as Pillow's ImageOps.exif_transpose does it.
UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    2: np.fliplr, 3: lambda pixels: pixels[::-1, ::-1], 4: np.flipud, 5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1), 7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1), 8: np.rot90,
}  # fmt: skip
TURNED = (5, 6, 7, 8)  # those that exchange width and height

_LIMIT = Lock()


def read(path: Path, opening: Opening) -> Raster:
    """The pixels, upright as a camera's orientation tag says."""
    with _opened(path, opening) as image:
        orientation = _orientation(image, path)
        if colour := deep_colour(image):
            pixels = deep_pixels(image, path)
        else:
            mode, colour, _, dtype = _mode(image, opening)
            pixels = np.asarray(image if image.mode == mode else image.convert(mode))
            pixels = pixels.astype(np.uint16) if dtype == "uint16" else pixels
    pixels = UPRIGHT[orientation](pixels) if orientation in UPRIGHT else pixels
    return Raster(pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0), colour)


def peek(path: Path, opening: Opening) -> Header:
    """What the header says."""
    with _opened(path, opening) as image:
        if deep := deep_colour(image):
            colour, channels, dtype = deep, CHANNELS[deep], "uint16"
        else:
            _, colour, channels, dtype = _mode(image, opening)
        width, height = image.size
        sizes = (width, height) if _orientation(image, path) in TURNED else (height, width)
        return Header(channels, sizes, dtype, colour)


@contextmanager
def _opened(path: Path, opening: Opening) -> Iterator[ImageFile.ImageFile]:
    # Pillow keeps its limit in a global and checks it while opening; ours is checked instead, below.
    with _LIMIT:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = Image.open(path, formats=KINDS)
        except UnidentifiedImageError:
            raise DataError(f"it is no image; it begins with {_beginning(path)!r}") from None
        finally:
            Image.MAX_IMAGE_PIXELS = theirs
    with image:
        opening.admit(image.size)
        yield image


def _orientation(image: ImageFile.ImageFile, path: Path) -> int:
    """How the camera was held, without decoding: Pillow decodes a whole PNG to see whether that stands at its end."""
    if image.format != "PNG" or "exif" in image.info:
        return int(image.getexif().get(ORIENTATION, 1))
    exif = Image.Exif()
    with path.open("rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            length = int.from_bytes(head[:4], "big")
            if head[4:] == b"eXIf":
                exif.load(file.read(length))
                break
            file.seek(length + 4, 1)
    return int(exif.get(ORIENTATION, 1))


def _mode(image: Image.Image, opening: Opening) -> tuple[str, Colour, int, str]:
    if opening.indexed and image.mode == "P":
        return "P", "grey", 1, "uint8"
    if image.mode in CLEAR and "transparency" in image.info:
        return MODES[CLEAR[image.mode]]
    if image.mode not in MODES:
        raise DataError(f"its pixels are of mode {image.mode}, which svertka cannot read; convert it to PNG or TIFF")
    return MODES[image.mode]


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(12)


BITMAPS = register(
    Format(
        "an image",
        (".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".gif", ".pgm", ".ppm", ".pnm"),
        read=read,
        peek=peek,
    )
)
