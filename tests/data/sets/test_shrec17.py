"""SHREC17's folders and tables."""

import logging

import numpy as np
import pytest

import svertka
from svertka import DataError, UnknownName
from svertka.data.sets import open_data
from svertka.settings import DataSettings

trimesh = pytest.importorskip("trimesh")

COLUMNS = "id,synsetId,subSynsetId,modelId,split"
SHAPES = {
    "02691156": lambda rng: trimesh.creation.box(rng.uniform(0.5, 1.5, 3)),
    "04379243": lambda rng: trimesh.creation.icosphere(subdivisions=1),
}


@pytest.fixture
def shrec(tmp_path, rng):
    """Twelve shapes to learn from, four to choose by and four to be tested on, all of two classes."""
    root = tmp_path / "shrec17"
    number = 0
    for part, count in (("train", 12), ("val", 4), ("test", 4)):
        (root / f"{part}_perturbed").mkdir(parents=True)
        rows = [COLUMNS]
        for _ in range(count):
            synset = list(SHAPES)[number % 2]
            SHAPES[synset](rng).export(root / f"{part}_perturbed" / f"{number:06d}.obj")
            rows.append(f"{number:06d},{synset},{'' if number % 3 else '03593526'},{number:032x},{part}")
            number += 1
        (root / f"{part}.csv").write_text("\n".join(rows) + "\n")
    return root


def test_shapes_have_the_classes_and_parts_of_their_tables(shrec):
    data = open_data(shrec)
    assert (data.layout, data.task, data.classes) == ("SHREC17", "classify", ("02691156", "04379243"))
    assert {part: int((data.parts == part).sum()) for part in ("train", "val", "test")} == {
        "train": 12, "val": 4, "test": 4,
    }  # fmt: skip
    assert data.samples.key(0) == "train_perturbed/000000.obj"
    np.testing.assert_array_equal(data.targets, np.arange(20) % 2)
    assert data.samples.read(1).pixels.shape == (6, 128, 128)


def test_zeros_that_a_spreadsheet_took_away_are_put_back(shrec):
    table = shrec / "train.csv"
    rows = [row.split(",") for row in table.read_text().splitlines()]
    stripped = [rows[0], *([row[0].lstrip("0") or "0", row[1].lstrip("0"), *row[2:]] for row in rows[1:])]
    before = open_data(shrec)
    table.write_text("\n".join(map(",".join, stripped)))
    assert open_data(shrec).classes == before.classes
    np.testing.assert_array_equal(open_data(shrec).targets, before.targets)


def test_a_test_part_without_labels_is_left_out_and_said(shrec, caplog):
    (shrec / "test.csv").unlink()
    with caplog.at_level(logging.WARNING, "svertka"):
        data = open_data(shrec)
    assert not data.given("test")
    assert "test_perturbed: 4 shapes are left out, for there is no test.csv" in caplog.text


def test_shapes_without_a_row_are_left_out_and_said(shrec, caplog):
    table = shrec / "val.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:-1]))
    with caplog.at_level(logging.WARNING, "svertka"):
        assert len(open_data(shrec)) == 19
    assert "1 shapes without a class in val.csv are left out, the first 000015.obj" in caplog.text


def test_upright_shapes_are_read_where_there_are_no_others(shrec, caplog):
    (shrec / "train_perturbed").rename(shrec / "train_normal")
    data = open_data(shrec)
    assert data.samples.key(0) == "train_normal/000000.obj"
    (shrec / "train_perturbed").mkdir()
    (shrec / "train_normal" / "000000.obj").rename(shrec / "train_perturbed" / "000000.obj")
    with caplog.at_level(logging.WARNING, "svertka"):
        assert open_data(shrec).samples.key(0) == "train_perturbed/000000.obj"
    assert "holds shapes perturbed and normal; the perturbed are read" in caplog.text


def test_finer_classes_are_a_column_of_their_own(shrec, caplog):
    with pytest.raises(DataError, match="holds one class only \\(03593526\\)"):
        open_data(shrec, DataSettings(target="subSynsetId"))
    with pytest.raises(UnknownName, match="no column is called 'synset'; did you mean 'synsetId'"):
        open_data(shrec, DataSettings(target="synset"))


def test_what_is_missing_is_named(shrec):
    (shrec / "train.csv").write_text("000000,02691156\n000001,04379243\n")
    with pytest.raises(DataError, match=r"train\.csv has the columns 000000, 02691156; wanted id,synsetId"):
        open_data(shrec)
    (shrec / "train.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(DataError, match=r"train\.csv cannot be read as CSV"):
        open_data(shrec)
    (shrec / "train.csv").unlink()
    with pytest.raises(DataError, match=r"there is no .*train\.csv, which should hold the classes of train_perturbed"):
        open_data(shrec)
    for part in ("train", "val", "test"):
        (shrec / f"{part}.csv").write_text(COLUMNS + "\n999999,02691156,,x,train\n")
    with pytest.raises(DataError, match="holds no shape that its tables name"):
        open_data(shrec)


def test_a_spherical_network_learns_from_it_and_tells_a_shape(shrec, tmp_path):
    run = svertka.train("spherical_shrec17", shrec, tmp_path / "run", epochs=1, size=16, batch=4, device="cpu")
    (answer,) = svertka.predict(run.path, shrec / "test_perturbed" / "000016.obj")
    assert answer.label in SHAPES
