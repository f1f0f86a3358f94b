"""Windows of Zarr, formats 2 and 3: only the chunks that a window touches are read."""

from pathlib import Path
from typing import Any

import numpy as np

from svertka.data.rasters import Pixels
from svertka.data.windows.axes import blocks_of, form_of, letters, window_of
from svertka.data.windows.forms import Window
from svertka.errors import DataError, MissingExtra


class ZarrWindows:
    """An array, or the one array of a group: its only one, or the finest of an image in OME's layout."""

    def __init__(self, path: Path, axes: str | None) -> None:
        array = found(path)
        # Format 3 has a place for the names of dimensions; for format 2 xarray made one.
        names = getattr(array.metadata, "dimension_names", None) or array.attrs.get("_ARRAY_DIMENSIONS", ())
        self.array, self.axes = array, letters(array.shape, axes, names)
        self.form = form_of(array.shape, array.dtype, self.axes)
        self.block = blocks_of(array.chunks, array.shape, self.axes)

    def read(self, window: Window) -> Pixels:
        return np.array(window_of(self.array, self.axes, window), self.form.dtype)

    def close(self) -> None:
        """Nothing is open between readings."""


def found(path: Path) -> Any:
    """The array at a path.

    Raises:
        DataError: there is none, or several.
        MissingExtra: zarr is not installed.
    """
    try:
        import zarr
    except ImportError:
        raise MissingExtra(f"{path}: Zarr", "zarr", "science") from None
    node = zarr.open(path, mode="r")
    if isinstance(node, zarr.Array):
        return node
    images = _multiscales(node.attrs)
    if images:
        return node[images[0]["datasets"][0]["path"]]
    names = sorted(name for name, _ in node.arrays())
    if len(names) != 1:
        raise DataError(f"it holds {', '.join(names) or 'no arrays'}; say which as {path.name}/NAME")
    return node[names[0]]


def _multiscales(attributes: Any) -> Any:
    """What OME-NGFF says of an image, in its versions 0.4 and 0.5."""
    return attributes.get("multiscales") or attributes.get("ome", {}).get("multiscales")
