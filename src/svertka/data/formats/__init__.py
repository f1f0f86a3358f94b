"""Image formats, one small file each."""

from svertka.data.formats import arrays, bitmaps, fits, molecules, netcdf, shapes, sound, tiff
from svertka.data.formats.registry import Format, Opening, formats, is_image, peek, read, register

__all__ = [
    "Format",
    "Opening",
    "arrays",
    "bitmaps",
    "fits",
    "formats",
    "is_image",
    "molecules",
    "netcdf",
    "peek",
    "read",
    "register",
    "shapes",
    "sound",
    "tiff",
]
