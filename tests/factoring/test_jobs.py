"""A run, factored, used, and trained on."""

import json
import os
import shutil
import signal

import numpy as np
import pytest
import torch

import svertka
from svertka import RunError
from svertka.evaluation import evaluate
from svertka.measure import count
from svertka.runs import Run, open_run
from svertka.training.events import Stepped

DIGITS = "digits"


@pytest.fixture(scope="module")
def made(convolutions_run, tmp_path_factory):
    return svertka.factor(convolutions_run, tmp_path_factory.mktemp("factored") / "run", rank=6)


def test_the_new_run_is_whole_and_alone(convolutions_run, made, tmp_path):
    files = {path.name for path in made.path.iterdir()} - {".lock"}
    assert files == {
        "settings.toml", "network.json", "preprocess.json", "classes.txt", "split.csv", "weights.safetensors",
        "factoring.json", "report.json", "report.html",
    }  # fmt: skip
    moved = Run(tmp_path / "moved")
    shutil.copytree(made.path, moved.path)
    assert evaluate(moved).report.accuracy == made.report["accuracy"]
    (tmp_path / "digit.npy").write_bytes(b"")
    np.save(tmp_path / "digit.npy", np.zeros((3, 8, 8), np.float32))
    assert len(list(svertka.predict(moved, tmp_path / "digit.npy"))) == 3


def test_what_became_of_each_layer_is_written_down(made):
    found = json.loads((made.path / "factoring.json").read_text())
    assert [each["name"] for each in found["layers"]] == ["body.0", "body.3"]
    assert {each["name"] for each in found["skipped"]} == {"stem.0", "head.2", "head.4"}
    price = count(made.network(), 1, made.facts.sizes)
    assert (found["macs_after"], found["parameters_after"]) == (price.macs, price.parameters)
    assert found["macs_before"] == 416_520  # of LeNet-5


def test_the_accuracies_are_those_of_the_reports(convolutions_run, made):
    found = made.factoring["comparison"]
    assert found["before"] == pytest.approx(open_run(convolutions_run).report["accuracy"])
    assert found["after"] == pytest.approx(made.report["accuracy"])
    assert (found["part"], found["samples"], found["figure"]) == ("test", 359, "accuracy")
    assert 0 < found["changed"] < 1
    assert found["change"] > 0


def test_more_of_the_weights_changes_less(convolutions_run, tmp_path):
    changes = [
        svertka.factor(convolutions_run, tmp_path / f"{rank}", rank=rank).factoring["comparison"]["change"]
        for rank in (2, 8, 16)
    ]
    assert changes == sorted(changes, reverse=True)


def test_training_wins_back_what_was_lost(convolutions_run, tmp_path):
    made = svertka.factor(convolutions_run, tmp_path / "factored", kind="depthwise", rank=1)
    tuned = svertka.train(made, run=tmp_path / "tuned", epochs=3, rate=0.02)
    before, lost, won = (each.report["accuracy"] for each in (open_run(convolutions_run), made, tuned))
    assert lost < before - 0.02
    assert won > lost + 0.5 * (before - lost)
    assert tuned.facts.factors == made.facts.factors
    assert tuned.factoring is None
    assert tuned.split == open_run(convolutions_run).split


def test_training_on_can_be_stopped_and_ends_with_the_same_bits(made, tmp_path):
    whole = svertka.train(made, run=tmp_path / "whole", epochs=2)
    steps = []

    def stop(event):
        steps.append(event)
        if sum(isinstance(each, Stepped) for each in steps) == 27:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        svertka.train(made, run=tmp_path / "broken", epochs=2, watch=stop)
    again = svertka.resume(tmp_path / "broken")
    files = [(each.path / "weights.safetensors").read_bytes() for each in (whole, again)]
    assert files[0] == files[1]


def test_what_is_factored_may_be_factored_again(made, tmp_path):
    again = svertka.factor(made, tmp_path / "again", kind="bottleneck", share=0.9)
    assert list(again.facts.factors)[:2] == ["body.0", "body.3"]
    assert again.factoring["macs_before"] == made.factoring["macs_after"]
    x = torch.zeros(1, 1, *again.facts.sizes)
    assert again.network()(x).shape == (1, 10)


def test_outlines_and_numbers_are_compared_too(outlines_run, tmp_path):
    found = svertka.factor(outlines_run, tmp_path / "out", share=0.8).factoring["comparison"]
    assert (found["figure"], 0 <= found["changed"] <= 1) == ("dice", True)


def test_without_its_data_a_run_is_factored_all_the_same(convolutions_run, tmp_path, caplog):
    shutil.copytree(convolutions_run, tmp_path / "run")
    settings = (tmp_path / "run" / "settings.toml").read_text()
    (tmp_path / "run" / "settings.toml").write_text(settings.replace('data = "digits"', 'data = "/gone/digits"'))
    made = svertka.factor(tmp_path / "run", rank=4)
    assert made.path == tmp_path / "run-factored"
    assert made.factoring["comparison"] is None
    assert "how far the answers have changed cannot be said: there is no /gone/digits" in caplog.text
    assert evaluate(made, DIGITS).report.subject.samples > 0


def test_sounds_are_not_factored(sounds_run, tmp_path):
    with pytest.raises(RunError, match="cannot be factored"):
        svertka.factor(sounds_run, tmp_path / "out")
