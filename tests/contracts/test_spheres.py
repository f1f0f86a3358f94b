"""Planar images on the sphere from start to end, through the command line."""

import json

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from svertka import evaluate, resume, train
from svertka.cli.app import run as command
from svertka.runs import open_run

SMALL = {"project": "sphere", "size": 16, "epochs": 1, "test": 0.5}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train("spherical_mnist", "digits", tmp_path_factory.mktemp("sphere") / "run", **SMALL)


def said(capsys, *words):
    """What a command answers, as JSON."""
    assert command([*map(str, words), "--json", "--quiet"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_evaluation_of_turned_images_stands_beside_the_report(run, capsys):
    plain, turned = said(capsys, "evaluate", run.path), said(capsys, "evaluate", run.path, "--turned")
    assert plain["report"]["accuracy"] == pytest.approx(run.report["accuracy"])
    assert plain["html"] == str(run.path / "report.html")
    assert turned["html"] == str(run.path / "reports" / "digits-turned" / "report.html")
    assert turned["report"]["subject"]["samples"] == plain["report"]["subject"]["samples"]


def test_a_spherical_network_answers_alike_to_turned_images_and_a_planar_one_does_not(run, tmp_path):
    """Chance is 0.1."""
    plain, turned = (
        evaluate(run, turned=turned, out=tmp_path / str(turned)).report.accuracy for turned in (False, True)
    )
    assert plain > 0.2
    assert abs(plain - turned) < 0.08
    flat = train("linear", "digits", tmp_path / "flat", **SMALL | {"epochs": 5})
    assert flat.report["accuracy"] > 0.8
    assert evaluate(flat, turned=True).report.accuracy < 0.5


def test_planar_images_are_predicted_as_they_are(run, tmp_path, capsys):
    image = (load_digits().images[0] / 16).astype(np.float32)
    np.save(tmp_path / "zero.npy", image)
    said_of_it = said(capsys, "predict", run.path, tmp_path / "zero.npy")
    assert 0 < said_of_it[0]["score"] <= 1


def test_a_training_on_turned_images_goes_on_to_the_same_bits(tmp_path):
    whole = train("spherical_mnist", "digits", tmp_path / "whole", turned=True, **SMALL | {"epochs": 2})
    report = whole.report
    again = resume(whole)
    assert again.report["accuracy"] == report["accuracy"]
    assert evaluate(whole).report.accuracy == pytest.approx(report["accuracy"])
    assert open_run(whole.path).preprocess.project == "sphere"


def test_a_planar_network_cannot_be_tested_on_turned_images(digits_run, capsys):
    assert command(["evaluate", str(digits_run), "--turned"]) == 2
    assert "this network's images lie in a plane; leave out turned" in capsys.readouterr().err


def test_photographs_become_spheres_in_colour(tmp_path, capsys):
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 120)):
        (tmp_path / "data" / name).mkdir(parents=True)
        for place in range(12):
            pixels = rng.integers(low, low + 100, (40, 52, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / name / f"{place}.png")
    answer = said(capsys, "train", "spherical_mnist", tmp_path / "data", tmp_path / "run", "--project", "sphere",
                  "--size", "16", "--epochs", "30", "--ema", "0")  # fmt: skip
    assert answer["report"]["accuracy"] > 0.7


def test_maps_of_the_sky_are_learned_and_predicted(tmp_path, capsys):
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(40, 192)).astype(np.float32)
    maps[::2, :60] += 2  # about the pole
    np.savez(tmp_path / "sky.npz", x=maps, y=np.arange(40) % 2)
    run = tmp_path / "run"
    said(capsys, "train", "spherical_mnist", tmp_path / "sky.npz", run, "--axes", "NT", "--project", "healpix",
         "--size", "16", "--epochs", "30", "--ema", "0")  # fmt: skip
    found = said(capsys, "predict", run, tmp_path / "sky.npz")
    assert np.mean([int(each["class"]) == place % 2 for place, each in enumerate(found)]) > 0.9
