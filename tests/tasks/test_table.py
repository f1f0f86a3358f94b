import numpy as np
import pytest
import torch
from torch import nn

from svertka.data.batches import Batch
from svertka.tasks import CLASSIFY, REGRESS, TASKS, Stress, heads, loss_of, measured

SCORES = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0], [1.0, 1.5, -0.5]], dtype=torch.float64)
TARGETS = torch.tensor([0, 2, 1, 0])


def log_softmax(scores):
    """By the definition, row by row."""
    return np.array([[s - np.log(sum(np.exp(other) for other in row)) for s in row] for row in scores])


def test_the_loss_of_classes_is_the_mean_negative_log_likelihood():
    expected = -np.mean([row[target] for row, target in zip(log_softmax(SCORES.numpy()), TARGETS, strict=True)])
    assert CLASSIFY.loss(SCORES, TARGETS, Stress()).item() == pytest.approx(expected)


def test_smoothing_spreads_a_share_over_all_classes():
    logs = log_softmax(SCORES.numpy())
    expected = -np.mean([0.9 * row[t] + 0.1 * row.mean() for row, t in zip(logs, TARGETS, strict=True)])
    assert CLASSIFY.loss(SCORES, TARGETS, Stress(0.1)).item() == pytest.approx(expected)


def test_weights_count_as_so_many_samples():
    weights = np.array([1.0, 2.0, 5.0])
    logs, each = log_softmax(SCORES.numpy()), weights[TARGETS]
    expected = -sum(w * row[t] for w, row, t in zip(each, logs, TARGETS, strict=True)) / each.sum()
    assert CLASSIFY.loss(SCORES, TARGETS, Stress(0.0, torch.tensor(weights))).item() == pytest.approx(expected)


def test_shares_of_classes_are_targets_too():
    shares = nn.functional.one_hot(TARGETS, 3).double()
    assert CLASSIFY.loss(SCORES, shares, Stress()).item() == pytest.approx(
        CLASSIFY.loss(SCORES, TARGETS, Stress()).item()
    )
    assert CLASSIFY.points(SCORES, shares).tolist() == CLASSIFY.points(SCORES, TARGETS).tolist()


def test_points_of_classes_are_hits():
    assert CLASSIFY.points(SCORES, TARGETS).tolist() == [1, 0, 1, 0]


def test_answers_for_classes_are_probabilities():
    np.testing.assert_allclose(CLASSIFY.answer(SCORES), np.exp(log_softmax(SCORES.numpy())), rtol=1e-12)


def test_the_merit_of_numbers_is_the_root_of_the_mean_square():
    truth = torch.zeros_like(SCORES)
    expected = np.sqrt(np.mean(SCORES.numpy() ** 2))
    assert REGRESS.merit(REGRESS.points(SCORES, truth).mean().item()) == pytest.approx(expected)
    assert REGRESS.loss(SCORES, truth, Stress()).item() == pytest.approx(expected**2)


@pytest.mark.parametrize(("task", "new", "old"), [(CLASSIFY, 0.9, 0.8), (REGRESS, 0.8, 0.9)])
def test_better_is_more_or_less(task, new, old):
    assert task.better(new, old)
    assert not task.better(old, new)
    assert not task.better(old, old)


def test_tasks_are_found_by_their_names():
    assert all(TASKS[name].name == name for name in TASKS)


class TwoHeads(nn.Module):
    def heads(self, x):
        return [x, 2 * x]

    def forward(self, x):
        return x


def test_networks_without_further_heads_have_one():
    assert len(heads(nn.Identity(), SCORES)) == 1
    assert len(heads(TwoHeads(), SCORES)) == 2


def test_further_heads_add_to_the_loss_by_their_share():
    found = Batch(SCORES, TARGETS, np.arange(4))
    main, other = (nn.functional.cross_entropy(scores.float(), TARGETS).item() for scores in (SCORES, 2 * SCORES))
    loss, scores = loss_of(CLASSIFY, TwoHeads(), found, Stress(), auxiliary=0.25)
    assert loss.item() == pytest.approx(main + 0.25 * other)
    assert torch.equal(scores, SCORES)


def test_figures_do_not_depend_on_how_samples_are_batched():
    whole = measured(CLASSIFY, nn.Identity(), [Batch(SCORES, TARGETS, np.arange(4))])
    parts = [Batch(SCORES[part], TARGETS[part], np.arange(4)[part]) for part in (slice(0, 3), slice(3, 4))]
    found = measured(CLASSIFY, nn.Identity(), parts)
    assert (found.loss, found.figure) == (pytest.approx(whole.loss), 0.5)
