"""Answers compared."""

import pytest
import torch

from svertka.deploying.checking import TOLERANCES, Check, checked, in_batches, spread
from svertka.tasks import TASKS

SCORES = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0], [0.5, 0.4]])


def test_the_error_is_in_deviations_and_changed_answers_are_counted():
    other = SCORES.clone()
    other[3] = torch.tensor([0.4, 0.5])
    found = checked(SCORES, other, TASKS["classify"], torch.tensor([0, 1, 1, 0]))
    assert found.error == pytest.approx(0.1 / float(SCORES.numpy().std()))
    assert (found.changed, found.before, found.after) == (0.25, 0.75, 0.5)


def test_without_truth_there_is_no_figure_and_numbers_have_no_classes():
    found = checked(SCORES, SCORES + 0.1, TASKS["regress"])
    assert (found.changed, found.before, found.after) == (None, None, None)
    figure = checked(SCORES, SCORES + 3, TASKS["regress"], SCORES)
    assert figure.after == pytest.approx(3)


def test_places_have_answers_each():
    scores = torch.zeros(1, 2, 4, 5)
    scores[:, 0] = 1
    other = scores.clone()
    other[0, 1, 0, 0] = 9
    assert checked(scores, other, TASKS["segment"]).changed == pytest.approx(1 / 20)


def test_scores_of_another_shape_are_infinitely_far():
    assert checked(SCORES, SCORES[:, :1], TASKS["classify"]).refusal(100.0, 0.5)


def test_what_is_beyond_the_limits_is_said_with_how_much():
    assert Check(0.5, 0.0).refusal(0.1, 0.01) == "its scores are off by 0.5 of their deviation, and 0.1 is allowed"
    assert Check(0.05, 0.02).refusal(0.1, 0.01) == "2.00% of its answers are others, and 1.00% are allowed"
    assert Check(0.05, 0.01).refusal(0.1, 0.01) == ""
    assert Check(0.05, None).refusal(0.1, 0.0) == ""
    assert "nan" in Check(float("nan"), 0.0).refusal(0.1, 0.01)


def test_float32_is_held_to_what_float32_can_do_and_less_would_show():
    x = torch.randn(2000, dtype=torch.float64)
    single = checked(x[:, None], x.float().double()[:, None], TASKS["regress"])
    half = checked(x[:, None], x.bfloat16().double()[:, None], TASKS["regress"])
    assert single.refusal(TOLERANCES["float32"], 0) == ""
    assert half.refusal(TOLERANCES["float32"], 0) != ""


def test_scores_that_are_all_alike_have_a_spread_too():
    assert spread(torch.full((3, 1), 4.0)) == 4
    assert spread(torch.zeros(3, 1)) == 1


def test_batches_are_put_together_again():
    images = torch.arange(7.0)[:, None]
    assert torch.equal(in_batches(lambda chunk: 2 * chunk, images, 3), 2 * images)
