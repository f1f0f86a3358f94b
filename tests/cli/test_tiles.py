import json

import numpy as np
import pytest

from svertka.cli.app import run


@pytest.fixture
def picture(tmp_path):
    np.save(tmp_path / "in.npy", np.random.default_rng(0).integers(0, 255, (70, 90)).astype(np.uint8))
    return tmp_path / "in.npy"


def test_a_mask_is_written_and_told_of(outlines_run, picture, capsys):
    out = picture.with_name("mask.npy")
    words = ["predict", str(outlines_run), str(picture), "--tile", "40", "--out", str(out), "--json", "--device", "cpu"]
    assert run(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"out": str(out), "tile": [40, 40], "tiles": 6, "before": 0, "unreadable": 0}
    assert np.load(out).shape == (70, 90)


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["--tile", "40"], 2, "--tile wants one image, and --out with the file for its mask"),
        (["--tile", "many", "--out", "m.npy"], 2, "setting tile"),
        (["--tile", "auto", "--memory", "1", "--out", "m.npy"], 1, "MiB, but only 1 are allowed"),
        (["--tile", "auto", "--out", "m.gif"], 2, "m.gif cannot be written in windows"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(outlines_run, picture, capsys, monkeypatch, words, code, line):
    monkeypatch.chdir(picture.parent)
    assert run(["predict", str(outlines_run), str(picture), *words]) == code
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1
    assert not list(picture.parent.glob("m.*"))


def test_an_image_that_is_not_there_is_named(outlines_run, tmp_path, capsys):
    assert (
        run(["predict", str(outlines_run), str(tmp_path / "no.npy"), "--tile", "9", "--out", str(tmp_path / "m.npy")])
        == 1
    )
    assert "there is no file" in capsys.readouterr().err
