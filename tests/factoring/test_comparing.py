"""How two networks compare, by numbers worked out by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from svertka.data.batches import Batch
from svertka.factoring.comparing import compare
from svertka.tasks import TASKS


class Fixed(nn.Module):
    """Answers the same, whatever it is shown."""

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def forward(self, x):
        return self.scores[x[:, 0].long()]


def batches(targets, size=2):
    places = torch.arange(len(targets))[:, None].float()
    return [
        Batch(places[i : i + size], targets[i : i + size], np.arange(i, min(i + size, len(targets))))
        for i in range(0, len(targets), size)
    ]


def test_changes_are_means_over_samples():
    before = Fixed(torch.tensor([[3.0, 4.0], [0.0, 1.0], [2.0, 0.0]]))
    after = Fixed(torch.tensor([[3.0, 4.0], [1.0, 0.0], [3.0, 0.0]]))
    found = compare(before, after, batches(torch.tensor([1, 1, 0])), TASKS["classify"], data="some", part="test")
    assert found.change == pytest.approx((0 + 2**0.5 + 0.5) / 3)
    assert (found.changed, found.samples, found.figure) == (1 / 3, 3, "accuracy")
    assert (found.before, found.after) == (1.0, pytest.approx(2 / 3))


def test_numbers_have_no_likeliest_class():
    before, after = Fixed(torch.tensor([[1.0], [2.0]])), Fixed(torch.tensor([[1.0], [1.0]]))
    found = compare(before, after, batches(torch.tensor([[1.0], [2.0]])), TASKS["regress"], data="some", part="test")
    assert (found.changed, found.change, found.before) == (None, 0.25, 0.0)
    assert found.after == pytest.approx(0.5**0.5)


def test_at_every_place_there_is_an_answer():
    before = Fixed(torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]]))
    after = Fixed(torch.tensor([[[[1.0, 1.0]], [[0.0, 0.0]]]]))
    found = compare(before, after, batches(torch.tensor([[[0, 1]]])), TASKS["segment"], data="some", part="test")
    assert found.changed == 0.5


def test_scores_of_zero_that_stay_have_not_changed():
    nothing = Fixed(torch.zeros(2, 2))
    found = compare(nothing, nothing, batches(torch.tensor([0, 0])), TASKS["classify"], data="some", part="test")
    assert found.change == 0
