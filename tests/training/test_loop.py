import torch

from svertka.data.sets import open_data
from svertka.data.stores import silent
from svertka.settings import TrainSettings
from svertka.tasks import Figures
from svertka.training import EpochDone, Stepped
from svertka.training.fitting import epochs_for, learner_for
from svertka.training.loop import Clock, fit
from svertka.training.preparing import prepare


def learning(**changes):
    settings = TrainSettings(epochs=6).but(**changes)
    ready = prepare("linear", open_data("digits"), settings, torch.device("cpu"), silent)
    return learner_for(ready), epochs_for(ready)


def validations(figures):
    """A validation that gives these accuracies, one after another."""
    waiting = iter(figures)
    return lambda: Figures(loss=1.0, figure=next(waiting))


def test_it_tells_of_every_batch_and_then_of_the_epoch():
    learner, epochs = learning(epochs=2)
    events = list(fit(learner, epochs, None))
    assert [type(event) for event in events] == ([Stepped] * len(epochs) + [EpochDone]) * 2
    assert [event.place for event in events[: len(epochs)]] == list(range(1, len(epochs) + 1))


def test_the_best_epochs_are_those_that_validation_never_beat():
    learner, epochs = learning()
    done = [
        event
        for event in fit(learner, epochs, validations([0.2, 0.5, 0.4, 0.6, 0.6, 0.1]))
        if isinstance(event, EpochDone)
    ]
    assert [event.best for event in done] == [True, True, False, True, False, False]
    assert learner.best.epoch == 4


def test_without_validation_the_latest_is_the_best():
    learner, epochs = learning(epochs=3)
    assert all(event.best for event in fit(learner, epochs, None) if isinstance(event, EpochDone))


def test_patience_ends_a_training_that_has_stalled():
    learner, epochs = learning(patience=2)
    list(fit(learner, epochs, validations([0.2, 0.5, 0.4, 0.4, 0.9, 0.9])))
    assert learner.epoch == 4


def test_the_row_of_an_epoch_counts_what_was_learned_from():
    learner, epochs = learning(epochs=1)
    losses = [event.loss for event in fit(learner, epochs, validations([0.5])) if isinstance(event, Stepped)]
    (row,) = learner.history
    assert row["train_loss"] == sum(losses) / len(losses)  # batches are of one size
    assert row["val_accuracy"] == 0.5
    assert 0 <= row["waiting"] <= row["seconds"]


def test_it_goes_on_where_the_learner_stands():
    learner, epochs = learning(epochs=1)
    learner.place = len(epochs) - 2
    assert sum(isinstance(event, Stepped) for event in fit(learner, epochs, None)) == 2


def test_waiting_is_the_time_that_batches_take_to_come():
    import time

    def slow():
        for _ in range(3):
            time.sleep(0.02)
            yield 1

    clock = Clock()
    for _ in clock.waiting(slow()):
        time.sleep(0.01)
    assert clock.seconds > clock.waited >= 0.06
