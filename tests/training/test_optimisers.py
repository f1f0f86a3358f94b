import copy

import pytest
import torch
from torch import nn

from svertka.settings import TrainSettings
from svertka.training.optimisers import decaying, optimiser, set_rate


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(72, 3))


def by_hand(kind, net):
    """The same optimiser, made of torch's own without groups."""
    return {
        "sgd": lambda: torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.01),
        "adam": lambda: torch.optim.Adam(net.parameters(), lr=0.05, betas=(0.8, 0.999), weight_decay=0.01),
        "adamw": lambda: torch.optim.AdamW(net.parameters(), lr=0.05, betas=(0.8, 0.999), weight_decay=0.01),
    }[kind]()


def three_steps(net, optimiser):
    torch.manual_seed(1)
    for _ in range(3):
        optimiser.zero_grad()
        net(torch.randn(4, 1, 8, 8)).square().mean().backward()
        optimiser.step()
    return torch.cat([weight.detach().flatten() for weight in net.parameters()])


@pytest.mark.parametrize("kind", ["sgd", "adam", "adamw"])
def test_it_steps_as_torchs_own_does(kind):
    one, other = network(), network()
    settings = TrainSettings(optimiser=kind, rate=0.05, momentum=0.8, decay=0.01, decay_norms=True)
    torch.testing.assert_close(three_steps(one, optimiser(one, settings)), three_steps(other, by_hand(kind, other)))


def test_biases_and_norms_do_not_decay():
    net = network()
    falling, staying = decaying(net, 0.1, norms=False)
    assert {id(weight) for weight in falling["params"]} == {id(net[0].weight), id(net[3].weight)}
    assert (falling["weight_decay"], staying["weight_decay"]) == (0.1, 0.0)
    assert len(falling["params"]) + len(staying["params"]) == len(list(net.parameters()))


def test_they_may_be_made_to():
    (everything,) = decaying(network(), 0.1, norms=True)
    assert len(everything["params"]) == len(list(network().parameters()))


def test_frozen_weights_are_left_alone():
    net = network()
    net[0].requires_grad_(False)
    before = copy.deepcopy(net[0].state_dict())
    three_steps(net, optimiser(net, TrainSettings(rate=0.5, decay=0.5)))
    assert all(torch.equal(before[name], value) for name, value in net[0].state_dict().items())


@pytest.mark.parametrize(("kind", "found"), [("sgd", ("momentum", 0.7)), ("adam", ("betas", (0.7, 0.999)))])
def test_rate_and_momentum_change_in_every_group(kind, found):
    made = optimiser(network(), TrainSettings(optimiser=kind, rate=1.0, decay=0.1))
    set_rate(made, 0.25, 0.7)
    assert [group["lr"] for group in made.param_groups] == [0.25, 0.25]
    assert [group[found[0]] for group in made.param_groups] == [found[1]] * 2


def test_without_momentum_nesterov_is_not_asked_for():
    made = optimiser(network(), TrainSettings(rate=0.1, momentum=0))
    assert made.param_groups[0]["nesterov"] is False
