"""Writing NumPy's .npy by windows."""

from math import prod
from pathlib import Path

from numpy.lib import format as npy

from svertka.data.rasters import Pixels
from svertka.data.strips.forms import Form
from svertka.data.windows.axes import in_order, shape_of
from svertka.data.windows.forms import Window
from svertka.data.windows.laying import Laid, extended


class ArrayFile:
    """An array with channels, where there are several, and then space."""

    def __init__(self, path: Path, form: Form) -> None:
        with path.open("rb") as file:
            npy.read_magic(file)
            npy.read_array_header_2_0(file)
            offset = file.tell()
        self.form, self.laid = form, Laid(path, offset, shape_of(form), form.dtype)

    def write(self, window: Window, values: Pixels) -> None:
        self.laid.put(*in_order(self.form, window, values))

    def settle(self, window: Window) -> None:
        self.laid.settle()

    def close(self) -> None:
        self.laid.close()


def make_array(path: Path, form: Form, tile: tuple[int, ...]) -> None:
    """A file of zeros."""
    shape = shape_of(form)
    with path.open("wb") as file:
        npy.write_array_header_2_0(file, {"descr": form.dtype.str, "fortran_order": False, "shape": shape})
        size = file.tell()
    extended(path, size + prod(shape) * form.dtype.itemsize)
