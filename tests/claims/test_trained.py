"""Trainings of a claim."""

import logging

from svertka.claims.trained import trained


def test_a_finished_training_is_not_made_again(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        run = trained(tmp_path / "run", "linear", "digits", epochs=1, seed=3)
    assert "epoch 1 of 1: train_" in caplog.text
    before = (run.path / "state.pt").stat().st_mtime_ns
    assert trained(tmp_path / "run", "linear", "digits", epochs=1, seed=3).report == run.report
    assert (run.path / "state.pt").stat().st_mtime_ns == before


def test_another_setting_is_another_training(tmp_path):
    first = trained(tmp_path / "run", "linear", "digits", epochs=1, seed=3).report["loss"]
    other = trained(tmp_path / "run", "linear", "digits", epochs=2, seed=3)
    assert other.asked.settings.epochs == 2
    assert other.report["loss"] != first
