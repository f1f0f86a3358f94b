"""Bitmaps of 16 bits that Pillow would cut to 8 or rescale: PNG with several channels, PGM and PPM."""

from pathlib import Path

import numpy as np
from PIL.ImageFile import ImageFile

from svertka.data.rasters import Colour, Pixels
from svertka.errors import MissingExtra

RAW: dict[str, Colour] = {"LA;16B": "grey+alpha", "RGB;16B": "rgb", "RGBA;16B": "rgb+alpha"}
CHANNELS: dict[Colour, int] = {"grey": 1, "grey+alpha": 2, "rgb": 3, "rgb+alpha": 4}


def deep_colour(image: ImageFile) -> Colour | None:
    """What the channels of such an image mean; nothing for images that Pillow reads as they are.

    It must be asked before anything is decoded, for Pillow then forgets how the file holds its pixels.
    """
    if _is_netpbm(image):
        return "rgb" if image.mode == "RGB" else "grey"
    raw = image.tile[0].args if image.tile else None
    colour = RAW.get(raw) if isinstance(raw, str) else None
    return "rgb+alpha" if colour == "rgb" and "transparency" in image.info else colour


def deep_pixels(image: ImageFile, path: Path) -> Pixels:
    """Its numbers, `(height, width, channels)`.

    Raises:
        MissingExtra: imagecodecs is not installed.
    """
    if _is_netpbm(image):
        shape = (image.height, image.width, 3 if image.mode == "RGB" else 1)
        return np.fromfile(path, ">u2", offset=image.tile[0].offset).reshape(shape).astype(np.uint16)
    try:
        import imagecodecs
    except ImportError:
        raise MissingExtra(f"{path}: a PNG of several channels with 16 bits", "imagecodecs", "science") from None
    return np.asarray(imagecodecs.imread(path))


def _is_netpbm(image: ImageFile) -> bool:
    """Whether it is a binary PGM or PPM with two bytes for each number."""
    if image.format != "PPM" or not image.tile:
        return False
    name, _, _, args = image.tile[0]
    return image.mode == "I" or (name == "ppm" and isinstance(args, tuple) and int(args[1]) > 255)
