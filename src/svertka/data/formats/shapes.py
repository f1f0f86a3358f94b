"""Meshes in OBJ, OFF, PLY and STL, by trimesh: as the six channels that rays from a sphere around them see."""

import logging
from pathlib import Path

import numpy as np

from svertka.data.formats.registry import Format, Opening, register
from svertka.data.rasters import Header, Raster
from svertka.data.spheres.shapes import BANDWIDTH, CHANNELS, Mesh, centred, on_sphere, open_edges
from svertka.errors import DataError, MissingExtra

log = logging.getLogger(__name__)

FACES = 5_000_000
BYTES = 2**30
ENDINGS = (".obj", ".off", ".ply", ".stl")
_told: set[Path] = set()  # folders with open meshes: thousands of them are said once


def read(path: Path, _: Opening) -> Raster:
    """Distances and normals of the shape and of its hull, `(6, 128, 128)`; holes in its surface are told of."""
    mesh = loaded(path)
    image = on_sphere(mesh)
    if path.parent not in _told:
        _tell_holes(path, open_edges(mesh))
    return Raster(image, "channels")


def peek(path: Path, _: Opening) -> Header:
    """All images of shapes are alike; that there is a shape is seen to."""
    centred(loaded(path))
    return Header(len(CHANNELS), (2 * BANDWIDTH, 2 * BANDWIDTH), "float", "channels")


def loaded(path: Path) -> Mesh:
    """The mesh in a file: all its parts as one surface, faces of more corners cut into triangles, materials left out.

    Raises:
        MissingExtra: trimesh is not installed.
        DataError: it has no faces, or too many.
    """
    try:
        import trimesh
    except ImportError:
        raise MissingExtra(f"{path}: a mesh", "trimesh", "sphere") from None
    size = path.stat().st_size
    if size > BYTES:
        raise DataError(f"it has {size:,} bytes and the limit for meshes is {BYTES:,}; simplify it")
    mesh = trimesh.load_mesh(path, process=False, skip_materials=True)
    if not len(mesh.faces):
        raise DataError("it has no faces, or is damaged: wanted a surface of triangles")
    if len(mesh.faces) > FACES:
        raise DataError(f"it has {len(mesh.faces):,} faces and the limit is {FACES:,}; simplify it")
    return Mesh(np.asarray(mesh.vertices), np.asarray(mesh.faces))


def _tell_holes(path: Path, edges: int) -> None:
    if edges:
        _told.add(path.parent)
        log.warning(
            "%s is not watertight: %d of its edges are open, and rays see through its holes what is behind; "
            "more of this kind in the same folder are not told of", path, edges,
        )  # fmt: skip


SHAPES = register(Format("a mesh", ENDINGS, read=read, peek=peek))
