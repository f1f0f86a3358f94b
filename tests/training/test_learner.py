import copy

import numpy as np
import pytest
import torch
from torch import nn

from svertka import SettingError, TrainingError
from svertka.data.batches import Batch
from svertka.settings import TrainSettings
from svertka.tasks import CLASSIFY, REGRESS, Stress
from svertka.training.learner import Learner

CPU = torch.device("cpu")
PLAIN = TrainSettings(epochs=4, batch=8, rate=0.1, decay=0, schedule="constant", warmup=0, ema=0, clip=0)


def network(dropout=0.0):
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 16), nn.Tanh(), nn.Dropout(dropout), nn.Linear(16, 3))


def batch(seed, size=8):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(size, 3, 4, generator=generator)
    return Batch(images, torch.randint(0, 3, (size,), generator=generator), np.arange(size))


def learner(settings=PLAIN, *, batches=5, net=None, task=CLASSIFY):
    return Learner(net or network(), task, Stress(), settings, batches, CPU)


def weights(one):
    return torch.cat([value.detach().flatten() for value in one.tested.parameters()])


def taught(one, seeds):
    for seed in seeds:
        one.learn(batch(seed))
        if one.place == one.batches:
            one.finish_epoch({"epoch": one.epoch + 1}, improved=False)
    return one


def test_a_step_is_that_of_the_formula():
    one, net = learner(PLAIN.but(momentum=0)), network()
    taught(one, [1])
    found = batch(1)
    loss = nn.functional.cross_entropy(net(found.images), found.targets)
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    expected = [weight - 0.1 * gradient for weight, gradient in zip(net.parameters(), gradients, strict=True)]
    torch.testing.assert_close(weights(one), torch.cat([value.detach().flatten() for value in expected]))


def test_gradients_of_several_batches_make_one_step_like_one_large_batch():
    large = Batch(
        torch.cat([batch(seed).images for seed in (1, 2, 3)]), torch.cat([batch(seed).targets for seed in (1, 2, 3)]),
        np.arange(24),
    )  # fmt: skip
    one, other = learner(PLAIN.but(accumulate=3), batches=6), learner(batches=2)
    taught(one, [1, 2, 3])
    other.learn(large)
    torch.testing.assert_close(weights(one), weights(other), rtol=1e-5, atol=1e-7)


def test_a_rest_of_batches_makes_a_step_of_its_own():
    one = learner(PLAIN.but(accumulate=3), batches=4)
    before = weights(one)
    taught(one, [1, 2, 3])
    middle = weights(one)
    one.learn(batch(4))
    assert not torch.equal(before, middle)
    assert not torch.equal(middle, weights(one))
    assert one.settled


CHANGES = [
    {"optimiser": "sgd", "schedule": "cosine", "warmup": 0.2, "ema": 0.9},
    {"optimiser": "adam", "schedule": "onecycle"},
    {"optimiser": "adamw", "schedule": "step", "accumulate": 2, "ema": 0.5},
    {"schedule": "plateau", "clip": 0.01, "precision": "bfloat16"},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: "-".join(map(str, changes.values())))
@pytest.mark.parametrize("stop", [2, 4, 7, 10])
def test_going_on_from_a_state_changes_not_a_bit(changes, stop, tmp_path):
    settings = PLAIN.but(**changes)
    whole = taught(learner(settings, net=network(dropout=0.3)), range(20))
    first = taught(learner(settings, net=network(dropout=0.3)), range(stop))
    torch.save(first.state(), tmp_path / "state")
    second = learner(settings, net=network(dropout=0.3))
    second.restore(torch.load(tmp_path / "state", weights_only=True))
    taught(second, range(stop, 20))
    assert torch.equal(weights(second), weights(whole))
    assert second.sums == whole.sums
    assert second.history == whole.history


def test_the_average_is_what_is_tested():
    one = taught(learner(PLAIN.but(ema=0.9)), [1, 2])
    assert one.tested is not one.network
    assert not torch.equal(weights(one), torch.cat([value.detach().flatten() for value in one.network.parameters()]))


def test_gradients_are_cut_to_a_norm():
    one = learner(PLAIN.but(clip=0.001, momentum=0))
    before = weights(one)
    taught(one, [1])
    assert (weights(one) - before).norm().item() == pytest.approx(0.1 * 0.001, rel=1e-3)


def test_half_precision_learns_nearly_the_same():
    full, half = (taught(learner(PLAIN.but(precision=name)), range(20)) for name in ("float32", "bfloat16"))
    assert weights(half).dtype == torch.float32
    assert 0 < (weights(full) - weights(half)).norm() / weights(full).norm() < 0.05


class TwoHeads(nn.Module):
    """A network with a second opinion."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.stem, self.main, self.other = nn.Linear(12, 4), nn.Linear(4, 3), nn.Linear(4, 3)

    def heads(self, x):
        features = self.stem(x.flatten(1))
        return [self.main(features), self.other(features)]

    def forward(self, x):
        return self.heads(x)[0]


def test_auxiliary_heads_add_their_share_to_the_loss():
    net, found = TwoHeads(), batch(1)
    main, other = (nn.functional.cross_entropy(scores, found.targets) for scores in net.heads(found.images))
    loss = learner(PLAIN.but(auxiliary=0.3), net=copy.deepcopy(net)).learn(found)
    assert loss == pytest.approx((main + 0.3 * other).item(), rel=1e-6)


def test_numbers_are_learned_by_their_squares():
    found = batch(1)
    one = learner(task=REGRESS)
    loss = one.learn(Batch(found.images, torch.ones(8, 3), found.indices))
    assert loss == pytest.approx((network()(found.images) - 1).square().mean().item(), rel=1e-6)


def test_a_loss_that_is_not_finite_names_the_step_and_the_layer():
    one = taught(learner(), range(6))
    with torch.no_grad():
        one.network[4].bias[1] = float("nan")
    before = weights(one)
    with pytest.raises(TrainingError, match=r"the loss is nan at epoch 2, batch 2 of 5: .* layer 4 went bad"):
        one.learn(batch(9))
    assert torch.equal(before[:-3], weights(one)[:-3])


def test_bad_weights_are_never_saved():
    one = learner()
    with torch.no_grad():
        one.network[1].weight[0, 0] = float("inf")
    with pytest.raises(TrainingError, match=r"the weights of layer 1 went bad before epoch 1, batch 1 of 5"):
        one.state()


def test_a_batch_too_small_for_normalisation_says_what_to_do():
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 3), nn.BatchNorm1d(3))
    with pytest.raises(SettingError, match=r"a batch of 1 is too small to be normalised .* raise --batch"):
        learner(net=net).learn(batch(1, size=1))
