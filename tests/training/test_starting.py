"""Trainings that start from a run."""

import os
import shutil
import signal

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sklearn.datasets import load_digits

import svertka
from svertka import DataError, RunError, SettingError, resume, train
from svertka.data.datasets import Origin, classified
from svertka.data.samples import Arrays
from svertka.runs import Run
from svertka.training.events import Stepped
from svertka.training.starting import chosen_from, filled_from, run_at


def digits(count, classes=10):
    """Handwritten digits, as if they came from elsewhere."""
    images, labels = load_digits(return_X_y=True)
    keep = np.flatnonzero(labels < classes)[:count]
    stacks = Arrays({"x": (images[keep].reshape(-1, 8, 8) / 16).astype(np.float32)}, "NHW")
    return classified(Origin("more", "more.npz", "arrays", stacks), labels[keep])


def test_it_begins_with_the_weights_of_the_run(digits_run, tmp_path):
    # So small a rate moves nothing that single precision would show.
    made = train(digits_run, run=tmp_path / "run", epochs=1, rate=1e-12, ema=0)
    for name, value in Run(digits_run).network().state_dict().items():
        torch.testing.assert_close(made.network().state_dict()[name], value, rtol=1e-5, atol=1e-6)


def test_the_split_the_preprocessing_and_the_classes_are_those_of_the_run(digits_run, tmp_path):
    before, made = Run(digits_run), train(digits_run, run=tmp_path / "run", epochs=1)
    assert (made.split, made.preprocess, made.names) == (before.split, before.preprocess, before.names)
    assert (made.asked.data, made.asked.start) == ("digits", str(digits_run))
    assert made.report["subject"]["samples"] == before.report["subject"]["samples"]


def test_the_rate_is_a_tenth_and_the_epochs_a_fifth_unless_they_are_said(digits_run):
    before = Run(digits_run).asked.settings
    usual = filled_from(chosen_from(Run(digits_run), {}, own=True), {}, images=1295)
    assert usual == before.but(epochs=10, rate=0.005)  # of 50 epochs, and of 0.05 for batches of 64
    said = {"rate": 0.3, "epochs": 2, "optimiser": "adam"}
    settings = filled_from(chosen_from(Run(digits_run), said, own=True), said, images=1295)
    assert settings == before.but(**said, decay=0.0)


def test_it_does_not_need_the_run_once_it_has_begun_and_goes_on_to_the_same_bits(digits_run, tmp_path):
    shutil.copytree(digits_run, tmp_path / "first")
    whole = train(tmp_path / "first", run=tmp_path / "whole", epochs=2)
    steps = []

    def stop(event):
        if isinstance(event, Stepped):
            steps.append(event)
            if len(steps) == 7:
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "first", run=tmp_path / "broken", epochs=2, watch=stop)
    shutil.rmtree(tmp_path / "first")
    (tmp_path / "broken" / "state.pt").unlink()  # as if it had been killed before its first state
    resume(tmp_path / "broken")
    files = [(tmp_path / name / "weights.safetensors").read_bytes() for name in ("whole", "broken")]
    assert files[0] == files[1]
    assert whole.asked.start == str(tmp_path / "first")


def test_what_the_run_was_tested_on_is_not_learned_in_other_data_either(digits_run, tmp_path):
    made = train(digits_run, digits(1797), tmp_path / "run", epochs=1)
    assert {row.digest: row.part for row in made.split} == {row.digest: row.part for row in Run(digits_run).split}


def test_other_data_must_have_the_same_classes(digits_run, tmp_path):
    with pytest.raises(DataError, match=r"more.npz has no 8, 9, but the network of .* tells 10 classes"):
        train(digits_run, digits(100, classes=8), tmp_path / "run")


def test_other_channels_are_refused(photos, digits_run, tmp_path):
    for name in map(str, range(10)):
        shutil.copytree(photos / "red", tmp_path / "coloured" / name)
    with pytest.raises(DataError, match="colour"):
        train(digits_run, tmp_path / "coloured", tmp_path / "run")


@pytest.mark.parametrize(("name", "value"), [("size", 16), ("colour", "rgb"), ("task", "segment"), ("test", 0.5)])
def test_what_follows_from_the_run_cannot_be_chosen(name, value, digits_run, tmp_path):
    with pytest.raises(SettingError, match=f"{name} stays .* as in .* where this training starts; leave {name} out"):
        train(digits_run, run=tmp_path / "run", **{name: value})


def test_a_run_is_not_trained_over_itself(digits_run, photos_run):
    with pytest.raises(RunError, match="is where this training starts; choose another folder"):
        train(digits_run, run=digits_run, overwrite=True)
    assert (digits_run / "weights.safetensors").exists()


def test_where_a_start_is_found(digits_run, tmp_path, monkeypatch):
    assert run_at(str(digits_run)) == run_at(digits_run) == run_at(Run(digits_run)) == Run(digits_run)
    assert run_at("resnet20") is run_at("auto") is run_at("resnet21") is None
    with pytest.raises(RunError, match="there is no run folder"):
        run_at(tmp_path / "gone")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(digits_run, "lenet5")
    assert run_at("lenet5") is None  # the network of this name
    assert run_at("./lenet5") == Run(tmp_path.__class__("lenet5"))


def test_numbers_keep_their_scale(tmp_path):
    images, values = np.random.default_rng(0).random((60, 8, 8)).astype(np.float32), np.arange(60.0) * 3 + 5
    np.savez(tmp_path / "numbers.npz", images=images, targets=values)
    first = train("linear", tmp_path / "numbers.npz", tmp_path / "first", epochs=1)
    made = svertka.train(first, run=tmp_path / "made", epochs=1)
    assert made.facts.target_mean == first.facts.target_mean
    assert load_file(made.path / "start.safetensors").keys() == first.network().state_dict().keys()
