"""PNG, JPEG, WebP, BMP, GIF and PNM, by Pillow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Colour, Header, Raster
from svertka.errors import DataError, MissingExtra

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
ROTATED = (5, 6, 7, 8)  # EXIF orientations that exchange width and height
ORIENTATION = 0x0112

_LIMIT = Lock()


def read(path: Path, opening: Opening) -> Raster:
    """The pixels, upright as a camera's orientation tag says."""
    with _opened(path, opening) as image:
        if _is_deep(image):
            return _read_deep(path)
        mode, colour, _, dtype = _mode(image)
        upright = ImageOps.exif_transpose(image)
        pixels = np.asarray(upright if upright.mode == mode else upright.convert(mode))
    if dtype == "uint16":
        pixels = pixels.astype(np.uint16)
    return Raster(pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0), colour)


def peek(path: Path, opening: Opening) -> Header:
    """What the header says."""
    with _opened(path, opening) as image:
        _, colour, channels, dtype = _mode(image)
        turned = image.getexif().get(ORIENTATION) in ROTATED
        width, height = image.size
        sizes = (width, height) if turned else (height, width)
        return Header(channels, sizes, "uint16" if _is_deep(image) else dtype, colour)


@contextmanager
def _opened(path: Path, opening: Opening) -> Iterator[ImageFile.ImageFile]:
    # Pillow keeps its limit in a global and checks it while opening; ours is checked instead, below.
    with _LIMIT:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = Image.open(path)
        except UnidentifiedImageError:
            raise DataError(f"it is no image; it begins with {_beginning(path)!r}") from None
        finally:
            Image.MAX_IMAGE_PIXELS = theirs
    with image:
        opening.admit(image.size)
        yield image


def _mode(image: Image.Image) -> tuple[str, Colour, int, str]:
    if image.mode == "P" and "transparency" in image.info:
        return MODES["PA"]
    if image.mode not in MODES:
        raise DataError(f"its pixels are of mode {image.mode}, which svertka cannot read; convert it to PNG or TIFF")
    return MODES[image.mode]


def _is_deep(image: ImageFile.ImageFile) -> bool:
    """Whether the file holds 16 bits in several channels, of which Pillow would keep 8."""
    raw = image.tile[0][3] if image.tile else None
    raw = raw[0] if isinstance(raw, tuple) else raw
    return image.mode in ("LA", "RGB", "RGBA") and isinstance(raw, str) and raw.endswith(";16B")


def _read_deep(path: Path) -> Raster:
    try:
        import imagecodecs
    except ImportError:
        raise MissingExtra(f"{path}: a PNG of several channels with 16 bits", "imagecodecs", "science") from None
    pixels = np.moveaxis(imagecodecs.imread(path), -1, 0)
    colours: dict[int, Colour] = {2: "grey+alpha", 3: "rgb", 4: "rgb+alpha"}
    return Raster(pixels, colours[len(pixels)])


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
