"""The folder of a claim."""

import csv
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from svertka import RunError
from svertka.claims import Findings
from svertka.claims.writing import as_csv, as_markdown, as_png, check_place, store, told
from svertka.drawing import curves

ABOUT = {"name": "n", "says": "It is so.", "paper": "Somebody 2020", "command": "svertka reproduce n"}


@pytest.fixture
def findings():
    rows = [("a, b", 0.96, 0.25), ("c", None, 1 / 3)]
    return Findings(("network", "published", "reached"), rows, curves({"x": [1, 2]}), remarks=("Be careful.",))


def test_the_table_for_programs_keeps_every_digit(findings, tmp_path):
    (tmp_path / "t.csv").write_text(as_csv(findings))
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"network": "a, b", "published": "0.96", "reached": "0.25"}
    assert rows[1]["published"] == ""
    assert float(rows[1]["reached"]) == 1 / 3


def test_the_table_for_people_has_the_claim_above_and_the_remarks_below(findings):
    lines = as_markdown(findings, ABOUT).splitlines()
    assert lines[0] == "# n"
    assert "It is so. (Somebody 2020)" in lines
    assert "    svertka reproduce n" in lines
    assert lines[lines.index("| --- | --- | --- |") :][1:3] == ["| a, b | 0.96 | 0.25 |", "| c | – | 0.3333 |"]
    assert lines[-1] == "* Be careful."


def test_numbers_are_told_in_four_digits_and_words_as_they_are():
    assert [told(cell) for cell in (1.23456e-7, 12_345, "x", None)] == ["1.235e-07", "12345", "x", "–"]


def test_the_picture_has_the_resolution_of_all_pictures(findings):
    with Image.open(BytesIO(as_png(findings.picture))) as image:
        np.testing.assert_allclose(image.size, 160 * findings.picture.get_size_inches(), atol=1)


def test_a_folder_is_not_replaced_without_a_word(findings, tmp_path):
    check_place(tmp_path / "new", overwrite=False)
    store(tmp_path / "new", findings, ABOUT)
    with pytest.raises(RunError, match="holds a claim already; replace it with --overwrite"):
        check_place(tmp_path / "new", overwrite=False)
    check_place(tmp_path / "new", overwrite=True)


def test_a_folder_of_something_else_is_left_alone_and_one_with_trainings_is_gone_on_with(tmp_path):
    (tmp_path / "runs").mkdir()
    check_place(tmp_path, overwrite=False)
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(RunError, match="is there already and holds no claim"):
        check_place(tmp_path, overwrite=True)


def test_a_folder_that_cannot_be_made_is_named(findings, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot make the folder"):
        store(tmp_path / "file" / "in", findings, ABOUT)
