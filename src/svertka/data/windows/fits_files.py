"""Writing FITS by windows, with the cards that came with the image."""

from math import prod
from pathlib import Path

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.strips.fits_files import BLOCK, TYPES, header_of, shifted
from svertka.data.strips.forms import Form
from svertka.data.windows.axes import in_order, shape_of
from svertka.data.windows.forms import Window
from svertka.data.windows.laying import Laid, extended


class FitsFile:
    """One image, big-endian; channels, where there are several, are its last axis in FITS' own count."""

    def __init__(self, path: Path, form: Form) -> None:
        stored = np.dtype(TYPES[form.dtype.name][0])
        self.form, self.laid = form, Laid(path, _end_of_header(path), shape_of(form), stored)

    def write(self, window: Window, values: Pixels) -> None:
        self.laid.put(*in_order(self.form, window, shifted(values)))

    def settle(self, window: Window) -> None:
        self.laid.settle()

    def close(self) -> None:
        self.laid.close()


def make_fits(path: Path, form: Form, tile: tuple[int, ...]) -> None:
    """A file with its header, and zeros, which mean BZERO where there is one."""
    shape = shape_of(form)
    head = header_of(form, shape)
    path.write_bytes(head)
    size = len(head) + prod(shape) * form.dtype.itemsize
    extended(path, size + -size % BLOCK)


def _end_of_header(path: Path) -> int:
    """Where the numbers begin: after the block in which the card END stands."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if any(block[place : place + 8] == b"END     " for place in range(0, BLOCK, 80)):
                return file.tell()
    raise OSError("it has no end of its header")
