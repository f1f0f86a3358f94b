"""Turning images of one colour model into another."""

from collections.abc import Callable, Iterable
from typing import Literal

import numpy as np

from svertka.data.rasters import Colour, Pixels, Raster
from svertka.errors import DataError

LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as in Pillow and OpenCV


def to_rgb(raster: Raster) -> Pixels:
    """Red, green and blue.

    Raises:
        DataError: the channels have no known meaning.
    """
    return _converted(raster, TO_RGB, "red, green and blue")


def to_grey(raster: Raster) -> Pixels:
    """Brightness: 0.299 R + 0.587 G + 0.114 B, rounded for whole numbers.

    Raises:
        DataError: the channels have no known meaning.
    """
    return _converted(raster, TO_GREY, "grey")


def kept(raster: Raster) -> Pixels:
    """All channels as they are."""
    return raster.pixels


def without_loss(raster: Raster, colour: Colour, channels: int) -> Pixels:
    """The same image in this colour model, where that loses nothing.

    Grey becomes red-green-blue, colours that are all grey become grey, and transparency goes where there is none.

    Raises:
        DataError: something would be lost.
    """
    alike = raster.colour == colour or "channels" in (raster.colour, colour)
    if alike and raster.pixels.shape[0] == channels:
        return raster.pixels
    opaque = not raster.colour.endswith("+alpha") or _is_opaque(raster.pixels[-1])
    if opaque and colour == "rgb" and raster.colour in ("grey", "grey+alpha", "rgb+alpha"):
        return to_rgb(raster)
    if opaque and colour == "grey" and raster.colour in ("grey+alpha", "rgb", "rgb+alpha") and _is_grey(raster):
        return raster.pixels[:1]
    advice = f"; turn it with --colour {colour}" if colour in MODELS and raster.colour in TO_RGB else ""
    raise DataError(
        f"it has {_counted(raster.pixels.shape[0], raster.colour)}, "
        f"but this network was trained on {_counted(channels, colour)}{advice}"
    )


def widest(colours: Iterable[Colour]) -> Literal["grey", "rgb", "keep"]:
    """The model to which all of these turn with the least loss: grey, rgb, or keep.

    One colour alone is kept. Of several, grey ones are grey, and grey with colours become red-green-blue;
    that drops transparency, and counts inks as light.
    """
    found = set(colours)
    if len(found) == 1:
        return "keep"
    return "grey" if found <= {"grey", "grey+alpha"} else "rgb"


def _converted(raster: Raster, table: dict[Colour, Callable[[Pixels], Pixels]], wanted: str) -> Pixels:
    if raster.colour not in table:
        raise DataError(
            f"its {raster.pixels.shape[0]} channels have no known colours, so it cannot be turned to {wanted}"
        )
    return table[raster.colour](raster.pixels)


def _counted(channels: int, colour: Colour) -> str:
    meaning = "" if colour == "channels" else f" ({colour})"
    return f"{channels} channel{'s' if channels > 1 else ''}{meaning}"


def _is_opaque(alpha: Pixels) -> bool:
    return bool((alpha == (np.iinfo(alpha.dtype).max if alpha.dtype.kind in "ui" else 1)).all())


def _is_grey(raster: Raster) -> bool:
    colours = raster.pixels[: 1 if raster.colour == "grey+alpha" else 3]
    return bool((colours == colours[:1]).all())


def _luma(pixels: Pixels) -> Pixels:
    grey = np.tensordot(LUMA, pixels[:3], axes=1)[None]
    return _like(pixels, grey)


def _uninked(pixels: Pixels) -> Pixels:
    """Light from ink: `(1 - ink)(1 - black)` in the type's own range."""
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1.0
    light = 1 - pixels.astype(np.float64) / top
    return _like(pixels, light[:3] * light[3:] * top)


def _like(pixels: Pixels, values: Pixels) -> Pixels:
    return (np.rint(values) if pixels.dtype.kind in "ui" else values).astype(pixels.dtype)


def _thrice(pixels: Pixels) -> Pixels:
    return np.repeat(pixels[:1], 3, axis=0)


TO_RGB: dict[Colour, Callable[[Pixels], Pixels]] = {
    "grey": _thrice,
    "grey+alpha": _thrice,
    "rgb": lambda pixels: pixels,
    "rgb+alpha": lambda pixels: pixels[:3],
    "cmyk": _uninked,
}
TO_GREY: dict[Colour, Callable[[Pixels], Pixels]] = {
    "grey": lambda pixels: pixels,
    "grey+alpha": lambda pixels: pixels[:1],
    "rgb": _luma,
    "rgb+alpha": _luma,
    "cmyk": lambda pixels: _luma(_uninked(pixels)),
}
MODELS: dict[str, Callable[[Raster], Pixels]] = {"grey": to_grey, "rgb": to_rgb, "keep": kept}
