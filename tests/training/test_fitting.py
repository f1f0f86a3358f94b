import logging

import numpy as np
import pytest
import torch

from svertka.data.sets import open_data
from svertka.data.stores import silent
from svertka.settings import TrainSettings
from svertka.tasks import measured
from svertka.training.fitting import contained, epochs_for, fitted, learner_for, validation, with_rate
from svertka.training.loop import fit
from svertka.training.preparing import prepare

CPU = torch.device("cpu")


def ready(**changes):
    return prepare("linear", open_data("digits"), TrainSettings(epochs=2).but(**changes), CPU, silent)


def weights(network):
    return torch.cat([value.detach().flatten() for value in network.parameters()])


def test_the_first_weights_follow_from_the_seed():
    with contained(1, CPU):
        one, same, other = (weights(learner_for(ready(seed=seed)).network) for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_batches_are_those_of_the_training_part():
    prepared = ready(batch=50)
    epochs = epochs_for(prepared)
    assert set(np.concatenate([batch.indices for batch in epochs.epoch(0)])) <= set(prepared.part("train"))
    assert len(epochs) == len(prepared.part("train")) // 50


def test_balanced_sampling_draws_all_classes_alike():
    data = open_data("digits")
    rare = np.concatenate([np.flatnonzero(data.targets != 3), np.flatnonzero(data.targets == 3)[:20]])
    from svertka.data.datasets import subset

    prepared = prepare("linear", subset(data, rare), TrainSettings(sampling="balanced"), CPU, silent)
    epochs = epochs_for(prepared)
    drawn = [int(target) for epoch in range(20) for batch in epochs.epoch(epoch) for target in batch.targets]
    counts = np.bincount(drawn)
    np.testing.assert_allclose(counts / counts.sum(), 0.1, atol=0.01)  # five deviations of 20,000 draws


def test_validation_is_on_the_held_back_part_alone():
    prepared = ready(batch=32)
    learner = learner_for(prepared)
    found = validation(prepared, learner)()
    batches = [prepared.shelf.batch(prepared.part("val"))]
    expected = measured(prepared.task, learner.network.eval(), batches)
    assert found.figure == pytest.approx(expected.figure)
    assert found.loss == pytest.approx(expected.loss, rel=1e-5)


def test_without_a_validation_part_there_is_no_validation():
    prepared = ready(val=0)
    assert validation(prepared, learner_for(prepared)) is None


def test_the_best_weights_are_kept_and_not_the_last():
    """After a good start at a fair rate, steps far too large spoil what was learned."""
    prepared = ready(epochs=4, rate=20.0, schedule="constant", warmup=0, momentum=0.9)
    learner = learner_for(prepared)
    with contained(1, CPU):
        list(fit(learner, epochs_for(prepared), validation(prepared, learner)))
    figures = [row["val_accuracy"] for row in learner.history]
    predictor = fitted(prepared)
    batches = prepared.shelf.in_order(prepared.part("val"), 64)
    assert max(figures) > figures[-1]
    assert measured(prepared.task, predictor.network, batches).figure == pytest.approx(max(figures))


def test_a_measured_rate_takes_the_place_of_the_wish(caplog):
    with caplog.at_level(logging.INFO):
        found, trials = with_rate(ready(rate="find"))
    assert 1e-4 < found.settings.rate < 10
    assert len(trials) > 10
    assert f"rate: {found.settings.rate:.2g}, a tenth of where the loss was least" in caplog.text


def test_a_rate_that_was_given_is_not_measured():
    prepared = ready(rate=0.01)
    assert with_rate(prepared) == (prepared, [])


def test_torch_is_left_as_it_was_found():
    torch.manual_seed(5)
    threads, expected = torch.get_num_threads(), torch.rand(3)
    torch.manual_seed(5)
    with contained(1, CPU):
        assert torch.get_num_threads() == 1
        torch.rand(100)
    assert torch.get_num_threads() == threads
    torch.testing.assert_close(torch.rand(3), expected, rtol=0, atol=0)


def test_torch_is_left_as_it_was_found_after_a_failure_too():
    def failing():
        with contained(1, CPU):
            raise ValueError("inside")

    before = torch.get_num_threads()
    with pytest.raises(ValueError, match="inside"):
        failing()
    assert torch.get_num_threads() == before
