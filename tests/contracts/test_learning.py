"""Real data sets from start to end, through the command line: networks that must learn, and figures that must agree."""

import csv
import json
import subprocess
import sys
from statistics import median

import pytest
from datasets import DATASETS

pytestmark = pytest.mark.slow

# name: (network, flags, least accuracy); far above chance, and below what so short a training gives.
SHORT = {
    "fashion": ("lenet5", ["--epochs", "1"], 0.75),
    "cifar10": ("resnet20", ["--epochs", "1"], 0.35),
    "flowers": ("resnet20", ["--epochs", "3", "--size", "48"], 0.4),
    "frdeep": ("resnet20", ["--epochs", "10", "--size", "48"], 0.6),
    "adrenal": ("resnet20", ["--epochs", "2", "--size", "16"], 0.7),
    "fsdd": ("resnet20", ["--epochs", "3", "--size", "2000"], 0.4),
    "nuclei": ("resnet20", ["--epochs", "8", "--size", "64"], None),
}


def svertka(*words):
    """What a command answers, as JSON."""
    done = subprocess.run([sys.executable, "-m", "svertka", *map(str, words), "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_digits_are_learned_to_0985_in_the_median_of_three_seeds(tmp_path):
    reports = [svertka("train", "auto", "digits", tmp_path / seed, "--seed", seed)["report"] for seed in "012"]
    assert median(report["accuracy"] for report in reports) >= 0.985


@pytest.mark.usefixtures("shared")
def test_lenet_learns_mnist_to_0990_in_five_epochs(tmp_path):
    answer = svertka("train", "lenet5", DATASETS["mnist"](), tmp_path / "run", "--epochs", 5, "--crop", 0.06)
    assert answer["report"]["subject"]["samples"] == 10_000
    assert answer["report"]["accuracy"] >= 0.990


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("name", SHORT)
def test_real_data_is_trained_on_evaluated_and_predicted(name, tmp_path):
    network, flags, least = SHORT[name]
    source, run = DATASETS[name](), tmp_path / "run"
    trained = svertka("train", network, source, run, *flags)["report"]
    tested = svertka("evaluate", run, source, "--part", "test")["report"]
    if least is None:
        assert trained["columns"][0]["r2"] > 0.3
        assert tested["columns"][0]["rmse"] == pytest.approx(trained["columns"][0]["rmse"], rel=1e-3)
    else:
        assert trained["accuracy"] >= least
        assert tested["accuracy"] == pytest.approx(trained["accuracy"], abs=2e-3)
    svertka("predict", run, source, "--out", tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    checked = svertka("data", "check", source)
    assert len(rows) == checked["samples"]


@pytest.mark.usefixtures("shared")
def test_nuclei_are_outlined(tmp_path):
    """Two epochs at half the size; the whole training is a row of docs/results.md."""
    source, run = DATASETS["outlines"](), tmp_path / "run"
    flags = ["--size", 128, "--epochs", 4, "--batch", 8, "--optimiser", "adam"]
    trained = svertka("train", "fcn8s_resnet18", source, run, *flags)["report"]
    assert trained["dice"] > 0.6
    tested = svertka("evaluate", run, source, "--part", "test")["report"]
    assert tested["dice"] == pytest.approx(trained["dice"], abs=2e-3)
    assert svertka("data", "check", source, "--task", "segment")["classes"] == {"background": 334, "object": 334}


@pytest.mark.usefixtures("shared")
def test_taxis_are_forecast_better_than_by_any_baseline(tmp_path):
    """The last four weeks, after one epoch; the historical average and last week are among the baselines."""
    source, run = DATASETS["taxi"](), tmp_path / "run"
    flags = ["--lags", "1-3/24/168", "--test", 672, "--epochs", 1]
    report = svertka("train", "st_resnet2", source, run, *flags)["report"]
    names = {row["name"] for row in report["baselines"]}
    assert {"168 frames before", "the mean at this place in 168 frames"} <= names
    assert report["subject"]["samples"] == 672
    assert report["rmse"] < 0.7 * report["baselines"][0]["rmse"]
    svertka("predict", run, source, "--steps", 2, "--out", tmp_path / "next")
    assert len(list((tmp_path / "next").glob("*.npy"))) == 2


@pytest.mark.usefixtures("shared")
def test_spoken_digits_are_expected_and_spoken(tmp_path):
    """A part of an epoch's worth: short sounds, and a look at what it says."""
    source, run = DATASETS["fsdd"](), tmp_path / "run"
    report = svertka("train", "wavenet_small", source, run, "--size", 1000, "--epochs", 1, "--rate", 0.002)["report"]
    assert report["bits"] < report["frequencies"] - 0.5
    svertka("predict", run, "7", "--samples", 500, "--out", tmp_path / "said")
    assert (tmp_path / "said" / "7.wav").stat().st_size == 44 + 2 * 500
