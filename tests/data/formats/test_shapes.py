"""Meshes as files hold them."""

import logging
import sys

import numpy as np
import pytest

from svertka import DataError, MissingExtra
from svertka.data.formats import Opening, peek, read, shapes
from svertka.data.sets import open_data
from svertka.data.spheres.shapes import Mesh, on_sphere

trimesh = pytest.importorskip("trimesh")

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"


@pytest.fixture
def capsule():
    return trimesh.creation.capsule(height=1, radius=0.4)


@pytest.mark.parametrize("ending", shapes.ENDINGS)
def test_a_shape_is_read_as_it_was_written(ending, capsule, tmp_path):
    path = tmp_path / f"shape{ending}"
    capsule.export(path)
    found = read(path)
    wanted = on_sphere(Mesh(np.asarray(capsule.vertices), np.asarray(capsule.faces)))
    assert found.pixels.shape == (6, 128, 128)
    assert found.pixels.dtype == np.float32
    assert found.colour == "channels"
    apart = np.abs(found.pixels - wanted).max(axis=0)
    assert (apart < 1e-5).mean() > 0.99  # files round, and rays on an edge may take its other side
    assert peek(path) == found.header


def test_the_parts_of_a_file_are_one_surface_and_faces_may_have_many_corners(tmp_path):
    box = trimesh.creation.box()
    lines = [f"v {x} {y} {z}" for x, y, z in box.vertices]
    quads = ["1 2 4 3", "5 6 8 7", "1 2 6 5", "3 4 8 7", "1 3 7 5", "2 4 8 6"]
    parts = [f"o part {i}\nusemtl colour{i}\nf {quad}" for i, quad in enumerate(quads)]
    (tmp_path / "box.obj").write_text("\n".join(["mtllib gone.mtl", *lines, *parts, ""]))
    wanted = on_sphere(Mesh(np.asarray(box.vertices), np.asarray(box.faces)))
    np.testing.assert_allclose(read(tmp_path / "box.obj").pixels, wanted, atol=1e-6)


def test_holes_are_told_of_once_in_a_folder(capsule, tmp_path, caplog):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name in ("a.off", "b.off"):
            trimesh.Trimesh(capsule.vertices, capsule.faces[1:]).export(tmp_path / folder / name)
    with caplog.at_level(logging.WARNING, "svertka"):
        images = [read(tmp_path / folder / name).pixels for folder in ("one", "two") for name in ("a.off", "b.off")]
    assert len(caplog.messages) == 2
    assert "a.off is not watertight: 3 of its edges are open" in caplog.messages[0]
    assert np.isfinite(images).all()


def test_closed_shapes_are_not_remarked_upon(capsule, tmp_path, caplog):
    for ending in shapes.ENDINGS:
        capsule.export(tmp_path / f"shape{ending}")
        read(tmp_path / f"shape{ending}")
    assert caplog.messages == []


def test_a_folder_of_shapes_for_each_class_is_a_data_set(capsule, tmp_path):
    for name, shape in {"capsules": capsule, "boxes": trimesh.creation.box()}.items():
        (tmp_path / name).mkdir()
        shape.export(tmp_path / name / "1.obj")
    data = open_data(tmp_path)
    assert data.classes == ("boxes", "capsules")
    assert data.samples.peek(0) == data.samples.read(1).header


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("points.obj", SQUARE, "points.obj: it has no faces, or is damaged"),
        ("flat.obj", SQUARE + "f 1 2 3 4\n", "flat.obj: it is flat, all its points lie in one plane"),
        ("line.obj", SQUARE + "f 1 2 1\n", "line.obj: its 1 faces have no area"),
        ("nan.obj", "v nan 0 1\n" + SQUARE + "f 1 2 3\nf 1 3 4\n", "nan.obj: 1 of its points are NaN or infinite"),
        ("far.obj", SQUARE + "f 1 2 9\n", "far.obj cannot be read as a mesh: "),
        ("far.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 7\n", "far.off cannot be read as a mesh: "),
        ("cut.off", "OFF\n4 4 0\n0 0 0\n1 0 0\n", "cut.off cannot be read as a mesh: "),
        ("bomb.off", "OFF\n4000000000 2000000000 0\n0 0 0\n", "bomb.off cannot be read as a mesh: "),
    ],
)
def test_what_cannot_be_cast_is_named(name, content, words, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError) as caught:
        read(tmp_path / name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", [".ply", ".stl"])
def test_a_file_that_breaks_off_is_named(ending, capsule, tmp_path):
    path = tmp_path / f"cut{ending}"
    capsule.export(path)
    path.write_bytes(path.read_bytes()[:-99])
    with pytest.raises(DataError, match=f"cut{ending}"):
        read(path)


def test_meshes_of_too_many_faces_are_refused(capsule, tmp_path, monkeypatch):
    capsule.export(tmp_path / "shape.ply")
    monkeypatch.setattr(shapes, "FACES", 1000)
    with pytest.raises(DataError, match=r"it has 4,096 faces and the limit is 1,000; simplify it"):
        read(tmp_path / "shape.ply")
    monkeypatch.setattr(shapes, "BYTES", 1000)
    with pytest.raises(DataError, match=r"bytes and the limit for meshes is 1,000; simplify it"):
        peek(tmp_path / "shape.ply", Opening())


def test_without_trimesh_it_is_said_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "shape.obj").write_text(SQUARE)
    monkeypatch.setitem(sys.modules, "trimesh", None)
    with pytest.raises(MissingExtra, match=r"shape.obj: a mesh needs trimesh, .*pip install 'svertka\[sphere\]'"):
        read(tmp_path / "shape.obj")
