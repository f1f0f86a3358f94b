"""FITS, by astropy: images and cubes, in any extension, and HEALPix maps of the sky in tables."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.formats import skies
from svertka.data.formats.pages import settle
from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Pixels, Raster, plain
from svertka.errors import DataError, MissingExtra


def read(path: Path, opening: Opening) -> Raster:
    """One extension, or several of one shape as depth or channels; values scaled as the header says.

    Maps of the sky are `(columns, 12 nside²)`, in rings; one is read where there is no image, or by its number.
    """
    try:
        from astropy.io import fits
    except ImportError:
        raise MissingExtra(f"{path}: FITS", "astropy", "science") from None
    with path.open("rb") as file, fits.open(file, memmap=False, lazy_load_hdus=True) as units:
        chosen = meant(list(units), opening.pages)
        if skies.is_sky(chosen[0]):
            return plain(skies.read(chosen[0], opening))
        return plain(settle(_pages(chosen, opening), "auto" if opening.pages.isdigit() else opening.pages))


def _pages(units: list[Any], opening: Opening) -> Pixels:
    """`(pages, 1, height, width)` of the extensions that are meant."""
    opening.admit((sum(prod(getattr(unit, "shape", ())) for unit in units),))
    images = [_image(unit) for unit in units]
    shapes = sorted({image.shape for image in images})
    if len(shapes) > 1:
        raise DataError(f"its images differ in shape: {shapes}; choose one by its number with --pages")
    return np.concatenate(images)[:, None]


def meant(units: list[Any], choice: str) -> list[Any]:
    """The extensions that the setting `pages` speaks of: the first image, one by its number, or all images.

    Raises:
        DataError: there is no such extension.
    """
    if choice.isdigit():
        if int(choice) >= len(units):
            raise DataError(f"it has no extension {choice}: its {len(units)} extensions count from 0")
        return [units[int(choice)]]
    images = [unit for unit in units if getattr(unit, "is_image", False) and unit.header.get("NAXIS", 0) > 1]
    images = images or [unit for unit in units if skies.is_sky(unit)][:1]
    if not images:
        raise DataError("none of its extensions holds an image")
    return images[:1] if choice == "auto" else images


def _image(unit: Any) -> Pixels:
    """`(planes, height, width)` in this machine's byte order."""
    pixels = unit.data
    if not isinstance(pixels, np.ndarray) or pixels.dtype.names or pixels.ndim < 2:
        raise DataError("the extension holds no image")
    return pixels.reshape(-1, *pixels.shape[-2:])


FITS = register(Format("FITS", (".fits", ".fit", ".fts"), read=read))
