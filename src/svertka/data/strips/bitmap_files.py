"""Writing PNG, JPEG, WebP, BMP, PGM and PPM, by Pillow; PNG of 16 bits in several channels, by imagecodecs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form
from svertka.errors import MissingExtra

COLOURS = {"grey": "L", "grey+alpha": "LA", "rgb": "RGB", "rgb+alpha": "RGBA", "cmyk": "CMYK"}
# What each holds without losing anything that it was given: colours of 8 bits, and of 16. GIF
# is not here, since it would choose 256 colours.
HOLDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "PNG": (("grey", "grey+alpha", "rgb", "rgb+alpha"), ("grey", "grey+alpha", "rgb", "rgb+alpha")),
    "JPEG": (("grey", "rgb", "cmyk"), ()),
    "WEBP": (("grey", "rgb", "rgb+alpha"), ()),
    "BMP": (("grey", "rgb"), ()),
    "PPM": (("grey", "rgb"), ("grey",)),
}
BY_ENDING = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".webp": "WEBP", ".bmp": "BMP",
    ".pgm": "PPM", ".ppm": "PPM", ".pnm": "PPM",
}  # fmt: skip
# JPEG loses something in any case; so little as this is not seen.
OPTIONS: Mapping[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True, "exact": True},
}


def held(form: Form, ending: str) -> bool:
    """Whether a file with this ending holds such an image."""
    eight, sixteen = HOLDS[BY_ENDING[ending]]
    colours = {"uint8": eight, "uint16": sixteen}.get(form.dtype.name, ())
    return len(form.sizes) == 2 and form.colour in colours


def write_bitmap(path: Path, form: Form, blocks: Iterable[Pixels], kind: str) -> None:
    """Write an image; it is gathered in memory first."""
    pixels = np.concatenate([block[0] for block in blocks], axis=1)
    last = pixels[0] if form.channels == 1 else np.ascontiguousarray(np.moveaxis(pixels, 0, -1))
    if form.dtype == np.uint16 and form.channels > 1:
        _write_deep(path, last)
        return
    mode = "I;16" if form.dtype == np.uint16 else COLOURS[form.colour]
    Image.frombytes(mode, (form.width, form.height), last.tobytes()).save(path, kind, **OPTIONS.get(kind, {}))


def _write_deep(path: Path, pixels: Pixels) -> None:
    try:
        import imagecodecs
    except ImportError:
        raise MissingExtra("writing a PNG of several channels with 16 bits", "imagecodecs", "science") from None
    path.write_bytes(imagecodecs.png_encode(pixels))
