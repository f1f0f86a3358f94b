"""Layouts of data sets, one small file each; the first that matches is taken."""

from svertka.data.sets import digits, idx, arrays, hdf5, molecules, netcdf, shrec17, manifests, folders, sequences  # noqa: I001 - in the order they are asked
from svertka.data.sets.registry import Layout, layouts, open_data, register

__all__ = [
    "Layout",
    "arrays",
    "digits",
    "folders",
    "hdf5",
    "idx",
    "layouts",
    "manifests",
    "molecules",
    "netcdf",
    "open_data",
    "register",
    "sequences",
    "shrec17",
]
