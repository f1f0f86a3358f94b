"""TIFF of 8, 16, 32 or 64 bits, whole or fractions, with any number of channels and pages, by tifffile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import tifffile

from svertka.data.formats.pages import settle
from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Colour, Header, Pixels, Raster, shown
from svertka.errors import DataError, MissingExtra

PAGES = "ZITQR"  # tifffile's letters for axes along which pages lie
CHANNELS = "CS"
ALPHA = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)
RGB: dict[int, Colour] = {3: "rgb", 4: "rgb+alpha"}


def read(path: Path, opening: Opening) -> Raster:
    """The first series of pages."""
    with tifffile.TiffFile(path) as file:
        series = file.series[0]
        opening.admit(_sizes(series))
        with decoding(path, series):
            pixels = series.asarray()
        return _raster(pixels, series, opening)


def peek(path: Path, opening: Opening) -> Header:
    """What the tags say: the header of an image of one pixel, with its sizes put right."""
    with tifffile.TiffFile(path) as file:
        series = file.series[0]
        opening.admit(_sizes(series))
        header = pixel(series, opening).header
        plane = tuple(series.shape[series.axes.index(axis)] for axis in "YX")
        return replace(header, sizes=header.sizes[:-2] + plane)


@contextmanager
def decoding(path: Path, series: tifffile.TiffPageSeries) -> Iterator[None]:
    """Say what is missing where a compression cannot be decoded."""
    try:
        yield
    except ValueError as error:
        if "imagecodecs" in str(error):
            compression = tifffile.COMPRESSION(series.keyframe.compression).name
            raise MissingExtra(f"{path}: TIFF compressed by {compression}", "imagecodecs", "science") from None
        raise


def pixel(series: tifffile.TiffPageSeries, opening: Opening) -> Raster:
    """The same image, of one pixel: all that is known of it without decoding, but its sizes."""
    shape = [1 if axis in "YX" else size for size, axis in zip(series.shape, series.axes, strict=True)]
    return _raster(np.zeros(shape, series.dtype), series, opening)


def _sizes(series: tifffile.TiffPageSeries) -> tuple[int, ...]:
    return tuple(size for size, axis in zip(series.shape, series.axes, strict=True) if axis not in CHANNELS)


def _raster(pixels: Pixels, series: tifffile.TiffPageSeries, opening: Opening) -> Raster:
    page = series.keyframe
    pages = seen(shown(_ordered(pixels, series.axes)), page)
    pixels = settle(pages, opening.pages)
    return Raster(pixels, _colour(page, pages.shape[1]) if len(pixels) == pages.shape[1] else "channels")


def _ordered(pixels: Pixels, axes: str) -> Pixels:
    """`(pages, channels, height, width)`, whatever the file's order."""
    pages = [place for place, axis in enumerate(axes) if axis in PAGES]
    channels = [place for place, axis in enumerate(axes) if axis in CHANNELS]
    plane = [place for place, axis in enumerate(axes) if axis in "YX"]
    if len(plane) != 2 or len(pages) + len(channels) + 2 != len(axes):
        raise DataError(f"its axes are {axes}; svertka knows pages ({PAGES}), channels ({CHANNELS}), Y and X")
    pixels = pixels.transpose(*pages, *channels, *plane)
    count = prod(pixels.shape[: len(pages)])
    return pixels.reshape(count, -1, *pixels.shape[-2:])


def seen(pixels: Pixels, page: tifffile.TiffPage) -> Pixels:
    """The values a viewer would show: palettes looked up, white-is-zero turned round."""
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        return np.moveaxis(np.asarray(page.colormap)[:, pixels[:, 0]], 0, 1)
    if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and pixels.dtype.kind == "u":
        white = 255 if page.bitspersample == 1 else 2**page.bitspersample - 1
        pixels = pixels.dtype.type(white) - pixels
    return pixels


def _colour(page: tifffile.TiffPage, channels: int) -> Colour:
    alpha = any(sample in ALPHA for sample in page.extrasamples)
    match page.photometric:
        case tifffile.PHOTOMETRIC.RGB | tifffile.PHOTOMETRIC.YCBCR | tifffile.PHOTOMETRIC.PALETTE:
            return RGB[channels] if channels == 3 or (channels == 4 and alpha) else "channels"
        case tifffile.PHOTOMETRIC.SEPARATED if channels == 4:
            return "cmyk"
        case _ if channels == 2 and alpha:
            return "grey+alpha"
        case _:
            return "grey" if channels == 1 else "channels"


TIFF = register(Format("TIFF", (".tif", ".tiff"), read=read, peek=peek))
