import builtins

import pytest
import torch

from svertka import MissingExtra, RunError
from svertka.data.sets import open_data
from svertka.data.stores import silent
from svertka.runs import Run
from svertka.settings import TrainSettings
from svertka.training.events import EpochDone, Stepped
from svertka.training.fitting import epochs_for, learner_for, validation
from svertka.training.keeper import Keeper
from svertka.training.loop import fit
from svertka.training.preparing import prepare


def learning(**changes):
    settings = TrainSettings(epochs=3).but(**changes)
    ready = prepare("linear", open_data("digits"), settings, torch.device("cpu"), silent)
    learner = learner_for(ready)
    return learner, fit(learner, epochs_for(ready), validation(ready, learner))


def test_after_an_epoch_weights_history_and_state_are_on_the_disk(tmp_path):
    run, (learner, events) = Run(tmp_path), learning()
    with Keeper(run, learner) as keeper:
        for event in events:
            keeper.see(event)
            if isinstance(event, EpochDone):
                assert run.state()["epoch"] == learner.epoch
                assert len(run.history) == learner.epoch
    assert [row["epoch"] for row in run.history] == [1, 2, 3]
    torch.testing.assert_close(run.state()["network"], dict(learner.network.state_dict()), rtol=0, atol=0)


def test_only_better_weights_replace_the_weights(tmp_path):
    learner, _ = learning()
    learner.history = [{"epoch": 1}]
    with Keeper(Run(tmp_path), learner) as keeper:
        keeper.see(EpochDone(3, {"epoch": 1}, best=True))
        best = (tmp_path / "weights.safetensors").read_bytes()
        learner.tested.head[0].weight.data += 1
        keeper.see(EpochDone(3, {"epoch": 2}, best=False))
        assert (tmp_path / "weights.safetensors").read_bytes() == best
        keeper.see(EpochDone(3, {"epoch": 3}, best=True))
        assert (tmp_path / "weights.safetensors").read_bytes() != best


@pytest.fixture
def told(monkeypatch):
    """What a run is told to write, in order."""
    told = []
    for name in ("write_weights", "write_history", "write_state"):
        monkeypatch.setattr(Run, name, lambda run, content, name=name: told.append(name))
    return told


def test_weights_are_written_before_the_state_that_knows_of_them(tmp_path, told):
    learner, _ = learning()
    with Keeper(Run(tmp_path), learner) as keeper:
        keeper.see(EpochDone(3, {"epoch": 1}, best=True))
    assert told == ["write_weights", "write_history", "write_state"]


@pytest.mark.parametrize(("every", "saved"), [(0.0, True), (3600.0, False)])
def test_between_epochs_it_saves_when_it_is_time(tmp_path, told, every, saved):
    learner, _ = learning(save_every=every)
    with Keeper(Run(tmp_path), learner) as keeper:
        keeper.see(Stepped(1, 3, 1, 20, 0.5, 1.0))
    assert told == ["write_state"] * saved


def test_it_does_not_save_while_gradients_wait_for_a_step(tmp_path, told):
    learner, _ = learning(save_every=0.0, accumulate=4)
    with Keeper(Run(tmp_path), learner) as keeper:
        for learner.place in (1, 2, 3):
            keeper.see(Stepped(1, 3, learner.place, 20, 0.5, 1.0))
        assert told == []
        learner.place = 4
        keeper.see(Stepped(1, 3, 4, 20, 0.5, 1.0))
    assert told == ["write_state"]


def test_a_state_that_cannot_be_written_is_said_and_the_old_one_stays(tmp_path, monkeypatch):
    learner, _ = learning()
    run = Run(tmp_path)
    with Keeper(run, learner) as keeper:
        keeper.save()
        before = (tmp_path / "state.pt").read_bytes()
        monkeypatch.setattr("os.fsync", lambda place: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(RunError, match=r"cannot write .*state\.pt: No space left on device"):
            keeper.save()
    assert (tmp_path / "state.pt").read_bytes() == before


def test_a_history_that_was_restored_is_written_anew(tmp_path):
    learner, _ = learning()
    learner.history = [{"epoch": 1, "val_loss": 0.5}]
    with Keeper(Run(tmp_path), learner):
        assert Run(tmp_path).history == [{"epoch": 1, "val_loss": 0.5}]


def test_tensorboard_reads_the_figures_of_every_epoch(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    run, (learner, events) = Run(tmp_path), learning(tensorboard=True)
    with Keeper(run, learner) as keeper:
        for event in events:
            keeper.see(event)
    found = accumulator.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    for name in ("val_accuracy", "train_loss", "rate"):
        drawn = [(each.step, each.value) for each in found.Scalars(name)]
        assert drawn == [(row["epoch"], pytest.approx(row[name], rel=1e-5)) for row in run.history]


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("torch.utils.tensorboard"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    learner, _ = learning(tensorboard=True)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"tensorboard.*svertka\[boards\]"):
        Keeper(Run(tmp_path), learner)
