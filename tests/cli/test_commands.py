"""What the commands add to the functions they call; whole command lines are tried in `contracts`."""

import json
from shutil import copytree

import numpy as np
import pytest
import tifffile
import torch
from PIL import Image

import svertka
from svertka.cli.app import run


def answered(capsys, *words):
    assert run([*map(str, words), "--json", "--quiet"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_zoo_lists_every_network_with_its_published_size(capsys):
    found = {row["name"]: row for row in answered(capsys, "zoo")}
    assert set(found) == {variant.name for variant in svertka.variants()}
    assert found["resnet18"]["parameters"] == 11_689_512
    assert found["resnet18"]["input"] == [3, 224, 224]


@pytest.mark.parametrize(("space", "sizes"), [("line", [64]), ("plane", [64, 64]), ("volume", [64, 64, 64])])
def test_costs_are_those_of_python(space, sizes, capsys):
    found = answered(capsys, "cost", "resnet20", "--size", "64", "--classes", "3", "--channels", "2", "--space", space)
    price = svertka.cost("resnet20", size=64, classes=3, channels=2, space=getattr(svertka, space.upper()))
    assert found["macs"] == price.macs == sum(layer["macs"] for layer in found["layers"])
    assert found["input"] == [2, *sizes]


def test_layers_are_listed_with_their_sum(capsys):
    assert run(["cost", "lenet5", "--layers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split()[0] == "total"
    assert "61,706" in lines[-1]


def test_a_good_data_set_passes_the_check(photos, capsys):
    found = answered(capsys, "data", "check", photos)
    assert found["classes"] == {"blue": 20, "green": 20, "red": 20}
    assert found["problems"] == []


def test_a_bad_data_set_fails_the_check_and_is_described_all_the_same(photos, capsys):
    (photos / "red" / "none.png").write_bytes(b"")
    assert run(["data", "check", str(photos), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert len(found["problems"]) == 1
    assert found["samples"] == 61


def test_python_and_the_command_line_make_the_same_network(tmp_path, capsys):
    answered(
        capsys, "train", "linear", "digits", tmp_path / "words", "--epochs", "2", "--rate", "0.02", "--flip", "both"
    )
    svertka.train("linear", "digits", tmp_path / "python", epochs=2, rate=0.02, flip="both")
    assert (tmp_path / "words/weights.safetensors").read_bytes() == (
        tmp_path / "python/weights.safetensors"
    ).read_bytes()


def test_an_evaluation_of_other_data_is_written_beside_the_first(photos_run, capsys):
    before = (photos_run / "report.json").read_bytes()
    found = answered(capsys, "evaluate", photos_run, photos_run.parent / "photos", "--part", "all")
    assert found["html"] == str(photos_run / "reports" / "photos" / "report.html")
    assert found["report"]["subject"]["samples"] == 60
    assert (photos_run / "report.json").read_bytes() == before


def test_predictions_may_be_json_on_the_screen(photos_run, capsys):
    found = answered(capsys, "predict", photos_run, photos_run.parent / "photos" / "green", "--top", "2")
    assert len(found) == 20
    assert [len(row["top"]) for row in found] == [2] * 20


def test_runs_and_views_are_combined_by_flags(convolutions_run, digits_run, tmp_path, capsys):
    copy = copytree(convolutions_run, tmp_path / "run")
    flags = ["--views", "mirror", "--with", digits_run, "--combine", "vote"]
    together = answered(capsys, "evaluate", copy, *flags)["report"]["together"]
    assert (together["passes"], together["combine"], len(together["runs"])) == (4, "vote", 2)
    found = answered(capsys, "predict", copy, "digits", *flags, "--uncertainty")
    assert all(4 * each["score"] == pytest.approx(round(4 * each["score"]), abs=1e-4) for each in found)
    assert set(found[0]["uncertainty"]) == {"spread", "entropy", "mutual_information"}
    assert run(["predict", str(copy), "digits", "--dropout-samples", "3"]) == 2
    assert "svertka: --dropout-samples is for networks with dropout, and lenet5 of" in capsys.readouterr().err


def test_regression_tells_errors_beside_deviations(tmp_path, capsys, rng):
    images = rng.normal(size=(60, 9, 9)).astype(np.float32)
    np.savez(tmp_path / "field.npz", x=images, y=images.mean(axis=(1, 2)))
    assert run(["train", "linear", f"{tmp_path}/field.npz", f"{tmp_path}/run", "--epochs", "2", "--quiet"]) == 0
    assert "RMSE" in capsys.readouterr().out


def test_an_engine_is_found_used_and_forgotten(convolutions_run, tmp_path, capsys):
    copytree(convolutions_run, tmp_path / "run")
    found = answered(capsys, "optimise", tmp_path / "run", "--engines", "torch", "--for", "latency", "--images", "9")
    assert (found["batch"], found["images"], found["precision"]) == (1, "9 of digits, val part", "float32")
    assert {row["name"] for row in found["rows"]} == {"as it is", "torch, pieces of 1"}
    there = found["kept"] is not None
    assert answered(capsys, "optimise", tmp_path / "run", "--undo") == {"run": f"{tmp_path}/run", "forgotten": there}
    assert not (tmp_path / "run" / "engine.json").exists()


def test_a_run_becomes_a_file(convolutions_run, tmp_path, capsys):
    made = answered(capsys, "export", convolutions_run, tmp_path / "net.pt2", "--with-preprocessing")
    assert (made["input"], made["files"]) == ("pixels", [f"{tmp_path}/net.pt2"])
    assert torch.export.load(tmp_path / "net.pt2").module()(torch.zeros(1, 1, 32, 32)).shape == (1, 10)


def test_a_factored_run_is_trained_on_with_or_without_naming_its_data(convolutions_run, tmp_path, capsys, monkeypatch):
    found = answered(capsys, "factor", convolutions_run, tmp_path / "factored", "--kind", "auto", "--error", "0.5")
    assert found["run"] == str(tmp_path / "factored")
    assert found["factoring"]["macs_after"] < found["factoring"]["macs_before"]
    monkeypatch.chdir(tmp_path)
    for words, made in (
        (["factored", "tuned"], "tuned"),
        (["factored", "digits", "named"], "named"),
        (["factored", "digits"], "runs/lenet5-digits"),
        (["factored", "tuned", "--overwrite"], "tuned"),
    ):
        assert answered(capsys, "train", *words, "--epochs", "1")["run"] == made
    weights = [(tmp_path / name / "weights.safetensors").read_bytes() for name in ("tuned", "named")]
    assert weights[0] == weights[1]


def test_dense_maps_are_files_as_large_as_their_images(convolutions_run, tmp_path, capsys, rng):
    images = (rng.random((1, 36, 44)) * 16).astype(np.float32)
    np.save(tmp_path / "large.npy", images)
    words = ["predict", convolutions_run, tmp_path / "large.npy", "--dense", "--axes", "NHW", "--out"]
    assert answered(capsys, *words, tmp_path / "maps")["images"] == 1
    with Image.open(tmp_path / "maps" / "large.png") as picture:
        likeliest = np.asarray(picture)
    answered(capsys, *words, tmp_path / "scores", "--scores")
    scores = tifffile.imread(tmp_path / "scores" / "large.tif")
    assert (scores.dtype, scores.shape) == (np.float32, (10, 36, 44))
    np.testing.assert_array_equal(likeliest, scores.argmax(0))
