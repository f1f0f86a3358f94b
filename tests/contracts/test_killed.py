"""A training can be killed at any instant, and the disk may be full: nothing is lost, and the end is the same."""

import errno
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

import svertka
from svertka.runs import atomic

WORDS = ["--epochs", "16", "--save-every", "0", "--seed", "3", "--quiet"]


def begun(*words, folder):
    command = [sys.executable, "-m", "svertka", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def lives(folder, name, instants):
    """Train and kill again and again, until the training gets to its end; how often it was killed in the midst."""
    kills = 0
    while True:
        going = (folder / name / "settings.toml").exists()
        words = ["resume", name] if going else ["train", "lenet5", "digits", name, "--overwrite", *WORDS]
        child = begun(*words, folder=folder)
        try:
            said = child.communicate(timeout=next(instants))[1]
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            kills += 1
            continue
        assert child.returncode == 0, said
        return kills


def weights(folder):
    return (folder / "weights.safetensors").read_bytes()


def figures(folder):
    """The history, but for its times."""
    lines = (folder / "history.csv").read_text().splitlines()
    return [line.rsplit(",", 3)[0] for line in lines]


@pytest.mark.parametrize("kills_wanted", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_kills_change_not_a_bit(kills_wanted, tmp_path):
    assert lives(tmp_path, "whole", iter([600.0])) == 0
    chance = random.Random(7)
    kills = 0
    while kills < kills_wanted:
        # A process needs about two seconds to come to life; the last ones are left alone, so that there is an end.
        instants = iter([chance.uniform(0.5, 4.5) for _ in range(min(7, kills_wanted - kills))] + [600.0])
        kills += lives(tmp_path, f"killed-{kills}", instants)
        killed = max(tmp_path.glob("killed-*"), key=lambda folder: folder.stat().st_mtime)
        assert weights(killed) == weights(tmp_path / "whole")
        assert figures(killed) == figures(tmp_path / "whole")
        assert not list(killed.glob(".*.part"))


@pytest.mark.parametrize(
    "changes",
    [
        {"optimiser": "adamw", "schedule": "onecycle", "ema": 0},
        {"schedule": "plateau", "accumulate": 3, "mixup": 0.4, "cutmix": 0.5, "erasing": 0.3, "smoothing": 0.1},
        {"precision": "bfloat16", "sampling": "balanced", "class_weights": "balanced", "clip": 0.5, "patience": 1},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_a_stop_in_an_epoch_changes_not_a_bit(changes, tmp_path):
    class Stop(Exception):
        """Comes from outside, in the middle of things."""

    steps = 0

    def stopping(event):
        nonlocal steps
        steps += 1
        if steps == 31:
            raise Stop

    settings = {**changes, "epochs": 3, "save_every": 0}
    whole = svertka.train("lenet5", "digits", tmp_path / "whole", **settings)
    with suppress(Stop):
        svertka.train("lenet5", "digits", tmp_path / "stopped", watch=stopping, **settings)
    stopped = svertka.resume(tmp_path / "stopped")
    assert weights(stopped.path) == weights(whole.path)
    assert figures(stopped.path) == figures(whole.path)


class Full:
    """A disk that has no room left from some write on, for a while."""

    def __init__(self, monkeypatch, good):
        self.good = good
        self.fsync = os.fsync
        monkeypatch.setattr(atomic.os, "fsync", self.settle)

    def settle(self, place):
        self.good -= 1
        if self.good < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.fsync(place)


@pytest.mark.parametrize("good", [30, 47, 60])
def test_a_full_disk_leaves_a_run_that_goes_on(good, tmp_path, monkeypatch):
    settings = {"epochs": 2, "save_every": 0}
    whole = svertka.train("lenet5", "digits", tmp_path / "whole", **settings)
    with monkeypatch.context() as context:
        Full(context, good)
        with pytest.raises(svertka.RunError, match=r"cannot write .*: No space left on device"):
            svertka.train("lenet5", "digits", tmp_path / "full", **settings)
    assert not list((tmp_path / "full").glob(".*.part"))
    assert weights(svertka.resume(tmp_path / "full").path) == weights(whole.path)


def mounted(folder, size):
    """A small file system in memory, where that is allowed."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("needs the right to mount a file system in memory")


def test_a_small_disk_that_fills_says_so_and_goes_on_when_there_is_room(tmp_path, capsys):
    from svertka.cli.app import run

    small = tmp_path / "small"
    mounted(small, "1800k")
    try:
        (small / "ballast").write_bytes(bytes(600_000))
        words = ["train", "lenet5", "digits", str(small / "run"), "--epochs", "2", "--quiet"]
        assert run(words) == 1
        line = capsys.readouterr().err.splitlines()[-1]
        assert line.startswith(f"svertka: cannot write {small}/run/")
        assert line.endswith("No space left on device")
        (small / "ballast").unlink()
        assert run(["resume", str(small / "run"), "--quiet"]) == 0
        whole = svertka.train("lenet5", "digits", tmp_path / "whole", epochs=2)
        assert weights(small / "run") == weights(whole.path)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_loss_gone_bad_names_step_and_layer_and_leaves_the_last_good_state(tmp_path):
    run = svertka.train("lenet5", "digits", tmp_path / "run", epochs=2)
    settings = (run.path / "settings.toml").read_text()
    (run.path / "settings.toml").write_text(
        settings.replace("epochs = 2", "epochs = 4").replace("rate = 0.05", "rate = 1e30")
    )
    good = {name: (run.path / name).read_bytes() for name in ("weights.safetensors", "state.pt")}
    words = r"the loss is \S+ at epoch 3, batch \d+ of 20: the weights of layer stem\.0 went bad first"
    with pytest.raises(svertka.TrainingError, match=words):
        svertka.resume(run)
    assert {name: (run.path / name).read_bytes() for name in good} == good
