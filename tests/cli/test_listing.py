import csv
import json

import pytest

from svertka import DataError, SettingError
from svertka.cli.listing import saved, shown
from svertka.inference import Prediction


def two():
    yield Prediction("my, cat.png", "classify", {"cat": 0.75, "dog": 0.25})
    yield Prediction('"dog".png', "classify", {"dog": 0.625, "cat": 0.375})


def write(predictions, out, overwrite=False):
    saved(predictions, out, overwrite=overwrite, progress=lambda done, total: None)
    return out.read_text(encoding="utf-8")


def test_csv_has_a_column_for_each_answer(tmp_path):
    rows = list(csv.reader(write(two(), tmp_path / "a.csv").splitlines()))
    assert rows[0] == ["path", "class", "score", "class_2", "score_2"]
    assert rows[1] == ["my, cat.png", "cat", "0.750000", "dog", "0.250000"]
    assert rows[2][0] == '"dog".png'


def test_numbers_have_their_names_for_columns(tmp_path):
    text = write(iter([Prediction("a.png", "regress", {"mass": 1.5, "age": -2e-9})]), tmp_path / "a.csv")
    assert text == "path,mass,age\na.png,1.5,-2e-09\n"


def test_uncertainty_stands_behind_the_answers(tmp_path):
    doubt = {"spread": 0.125, "entropy": 0.5}
    text = write(iter([Prediction("a.png", "classify", {"cat": 1.0}, uncertainty=doubt)]), tmp_path / "a.csv")
    assert text == "path,class,score,spread,entropy\na.png,cat,1.000000,0.125,0.5\n"
    numbers = Prediction("a.png", "regress", {"mass": 1.5}, uncertainty={"spread of mass": 0.25})
    assert write(iter([numbers]), tmp_path / "b.csv") == "path,mass,spread of mass\na.png,1.5,0.25\n"
    assert json.loads(write(iter([numbers]), tmp_path / "b.json"))[0]["uncertainty"] == {"spread of mass": 0.25}


def test_json_and_its_lines_hold_the_same(tmp_path):
    whole = json.loads(write(two(), tmp_path / "a.json"))
    lines = [json.loads(line) for line in write(two(), tmp_path / "a.jsonl").splitlines()]
    assert whole == lines
    assert whole[0]["top"] == [{"class": "cat", "score": 0.75}, {"class": "dog", "score": 0.25}]


def test_nothing_predicted_is_an_empty_document(tmp_path, capsys):
    assert json.loads(write(iter([]), tmp_path / "a.json")) == []
    shown(iter([]), json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_they_are_counted(tmp_path):
    told = []
    assert saved(two(), tmp_path / "a.csv", overwrite=False, progress=lambda *count: told.append(count)) == 2
    assert saved(iter([]), tmp_path / "b.csv", overwrite=False, progress=lambda *count: told.append(count)) == 0
    assert told == [(1, None), (2, None)]


def test_a_file_that_is_there_stays(tmp_path):
    (tmp_path / "a.csv").write_text("precious")
    with pytest.raises(DataError, match="is there already; replace it with --overwrite"):
        write(two(), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "precious"
    assert write(two(), tmp_path / "a.csv", overwrite=True).startswith("path")


def test_an_ending_says_what_to_write(tmp_path):
    with pytest.raises(SettingError, match=r"--out .*a\.txt should end in \.csv, \.json, \.jsonl"):
        write(two(), tmp_path / "a.txt")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DataError, match=r"cannot write .*a\.csv: No such file or directory"):
        write(two(), tmp_path / "gone" / "a.csv")


def failing():
    yield Prediction("a.png", "classify", {"cat": 1.0})
    raise DataError("b.png is empty")


def test_what_was_done_before_a_failure_stays_apart(tmp_path):
    with pytest.raises(DataError, match=r"b\.png is empty"):
        write(failing(), tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").exists()
    assert (tmp_path / "a.csv.part").read_text() == "path,class,score\na.png,cat,1.000000\n"


def test_lines_come_as_they_are_made(capsys):
    def watching():
        yield Prediction("a.png", "classify", {"cat": 1.0})
        assert "a.png" in capsys.readouterr().out
        yield Prediction("b.png", "classify", {"cat": 1.0})

    shown(watching(), json=False)
    assert "b.png" in capsys.readouterr().out
