import json
import logging
import os
import signal
import threading

import numpy as np
import pytest
from sklearn.datasets import load_digits

import svertka
from svertka import DataError, RunError, SettingError, TrainingError, UnknownName, resume, train
from svertka.data.datasets import Origin, classified
from svertka.data.samples import Arrays
from svertka.runs import open_run
from svertka.training.events import EpochDone, Reading, Stepped


def weights(run):
    return (run.path / "weights.safetensors").read_bytes()


def stopping(after):
    """A watch that asks to stop, as Ctrl-C does, after so many batches."""
    steps = []

    def watch(event):
        if isinstance(event, Stepped):
            steps.append(event)
            if len(steps) == after:
                os.kill(os.getpid(), signal.SIGINT)

    return watch


def test_a_run_folder_holds_all_that_a_training_made(tmp_path):
    run = train("linear", "digits", tmp_path / "run", epochs=2)
    names = {path.name for path in run.path.iterdir()} - {".lock"}
    assert names == {
        "settings.toml", "network.json", "preprocess.json", "classes.txt", "split.csv", "history.csv", "state.pt",
        "weights.safetensors", "report.json", "report.html",
    }  # fmt: skip
    assert run.report["accuracy"] > 0.8
    assert run.asked.settings.rate == 0.05  # every choice that was left open is written down
    assert open_run(tmp_path / "run") == run


def test_everything_is_told_on_the_way(tmp_path, caplog):
    events = []
    with caplog.at_level(logging.INFO):
        train("linear", "digits", tmp_path / "run", epochs=2, watch=events.append)
    kinds = [type(event) for event in events]
    assert kinds == sorted(kinds, key=[Reading, Stepped, EpochDone].index) or kinds.count(EpochDone) == 2
    assert events[-1].row["epoch"] == 2
    for said in ("data: digits", "cost: linear", "split: 1,295 train, 143 val, 359 test", "training: 2 epochs"):
        assert said in caplog.text


def test_the_same_seed_gives_the_same_file_and_another_does_not(tmp_path):
    one, same, other = (train("linear", "digits", tmp_path / f"{n}", epochs=1, seed=n // 2) for n in (0, 1, 2))
    assert weights(one) == weights(same) != weights(other)


@pytest.mark.parametrize("after", [1, 20, 33])
@pytest.mark.parametrize("changes", [{}, {"accumulate": 3, "ema": 0.9, "schedule": "plateau"}], ids=["plain", "full"])
def test_an_interrupted_training_goes_on_to_the_same_bits(tmp_path, after, changes):
    whole = train("linear", "digits", tmp_path / "whole", epochs=2, **changes)
    with pytest.raises(KeyboardInterrupt, match=r"go on with: svertka resume .*parts"):
        train("linear", "digits", tmp_path / "parts", epochs=2, watch=stopping(after), **changes)
    parts = resume(tmp_path / "parts")
    assert weights(parts) == weights(whole)
    assert [row["val_loss"] for row in parts.history] == [row["val_loss"] for row in whole.history]
    assert {**parts.report, "subject": 0} == {**whole.report, "subject": 0}


def test_a_run_that_was_killed_before_its_first_step_begins_anew(tmp_path):
    whole = train("linear", "digits", tmp_path / "whole", epochs=1)
    for name in ("state.pt", "weights.safetensors", "history.csv", "report.json", "report.html"):
        (whole.path / name).rename(tmp_path / name)
    assert weights(resume(whole)) == (tmp_path / "weights.safetensors").read_bytes()


def test_a_finished_run_makes_its_report_anew(tmp_path, caplog):
    run = train("linear", "digits", tmp_path / "run", epochs=1)
    before, report = weights(run), run.report
    (run.path / "report.json").unlink()
    with caplog.at_level(logging.INFO):
        resume(run)
    assert "this training is finished; its report is made anew" in caplog.text
    assert weights(run) == before
    assert run.report["accuracy"] == report["accuracy"]


def test_data_made_in_python_is_handed_over_again(tmp_path):
    def data():
        images = (load_digits().images[:300] / 16).astype(np.float32)
        return classified(Origin("mine", "", "arrays", Arrays({"x": images}, "NHW")), load_digits().target[:300])

    whole = train("linear", data(), tmp_path / "whole", epochs=2)
    with pytest.raises(KeyboardInterrupt):
        train("linear", data(), tmp_path / "parts", epochs=2, watch=stopping(5))
    with pytest.raises(RunError, match="trained on data made in Python"):
        resume(tmp_path / "parts")
    assert weights(resume(tmp_path / "parts", data())) == weights(whole)


@pytest.fixture
def archive(tmp_path, rng):
    """A small data set in a file that may be changed."""
    images = rng.integers(0, 256, (60, 8, 8)).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", x=images, y=np.arange(60) % 3)
    return tmp_path / "mine.npz", images


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x, y: (x[:-1], y[:-1]), r"x\[59\] is gone"),
        (lambda x, y: (np.where(np.arange(60)[:, None, None] == 7, 0, x), y), r"x\[7\] is not what it was"),
        (lambda x, y: (x, y + 1), "its classes is not what it was"),
    ],
)
def test_data_that_has_changed_is_not_gone_on_with(archive, tmp_path, change, said):
    path, images = archive
    with pytest.raises(KeyboardInterrupt):
        train("linear", path, tmp_path / "run", epochs=2, watch=stopping(1))
    x, y = change(images, np.arange(60) % 3)
    np.savez(path, x=x.astype(np.uint8), y=y)
    with pytest.raises(RunError, match=rf"has changed since this run began: {said}"):
        resume(tmp_path / "run")


def test_a_run_that_is_there_is_not_replaced_unless_it_may_be(tmp_path):
    run = train("linear", "digits", tmp_path / "run", epochs=1)
    before = weights(run)
    with pytest.raises(RunError, match="holds a run already"):
        train("linear", "digits", tmp_path / "run", epochs=2)
    assert weights(run) == before
    train("linear", "digits", tmp_path / "run", epochs=2, overwrite=True)
    assert len(run.history) == 2


def test_a_run_that_is_there_is_noticed_before_any_work(tmp_path):
    train("linear", "digits", tmp_path / "run", epochs=1)
    events = []
    with pytest.raises(RunError):
        train("linear", "digits", tmp_path / "run", watch=events.append)
    assert events == []


def test_without_a_folder_runs_are_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [str(train("linear", "digits", epochs=1).path) for _ in range(2)]
    assert made == ["runs/linear-digits", "runs/linear-digits-2"]


def test_a_measured_rate_is_written_down_with_its_trials(tmp_path):
    run = train("linear", "digits", tmp_path / "run", epochs=1, rate="find")
    rows = np.loadtxt(run.path / "rates.csv", delimiter=",", skiprows=1)
    best = rows[rows[:, 1].argmin(), 0]
    assert run.asked.settings.rate == pytest.approx(best / 10, rel=1e-4)


def test_a_loss_that_goes_bad_keeps_the_last_good_state(tmp_path):
    with pytest.raises(TrainingError, match=r"the loss is (nan|inf) at epoch \d, batch \d+ of 20: .* went bad first"):
        train("resnet20", "digits", tmp_path / "run", epochs=2, rate=1e18, warmup=0, batch=64, save_every=0, size=8)
    state = open_run(tmp_path / "run").state()
    assert state is None or all(bool(value.isfinite().all()) for value in state["network"].values())


def test_without_a_test_part_the_next_best_is_reported(tmp_path):
    assert train("linear", "digits", tmp_path / "a", epochs=1, test=0).report["subject"]["part"] == "val"
    assert train("linear", "digits", tmp_path / "b", epochs=1, test=0, val=0).report["subject"]["part"] == "train"


def test_patience_ends_a_training_early(tmp_path):
    run = train("linear", "digits", tmp_path / "run", epochs=40, patience=2, rate=0.5, schedule="constant")
    best = max(range(len(run.history)), key=lambda place: run.history[place]["val_accuracy"])
    assert len(run.history) < 40
    assert len(run.history) - 1 - best >= 2


@pytest.mark.parametrize(
    ("arguments", "changes", "error", "said"),
    [
        (("lenet", "digits"), {}, UnknownName, "did you mean 'lenet5'"),
        (("linear", "digit"), {}, (UnknownName, DataError), "digit"),
        (("linear", "digits"), {"epoch": 3}, UnknownName, "did you mean 'epochs'"),
        (("linear", "digits"), {"epochs": 0}, SettingError, "setting epochs"),
        (("linear", "digits"), {"device": "cuda:9"}, SettingError, "cuda:9"),
    ],
)
def test_a_wrong_wish_is_named_and_leaves_nothing_behind(tmp_path, arguments, changes, error, said):
    with pytest.raises(error, match=said):
        train(*arguments, tmp_path / "run", **changes)
    assert list(tmp_path.iterdir()) == []


def test_it_may_run_in_a_thread(tmp_path):
    """Signals belong to the main thread; a notebook's server or a window may train in another."""
    done = []
    thread = threading.Thread(target=lambda: done.append(train("linear", "digits", tmp_path / "run", epochs=1)))
    thread.start()
    thread.join()
    assert json.loads((done[0].path / "report.json").read_text())["accuracy"] > 0.7


def test_the_two_words_are_svertkas():
    assert (svertka.train, svertka.resume) == (train, resume)
