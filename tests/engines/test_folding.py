"""Normalisations folded away: the same function, without them."""

import pytest
import torch
from torch import nn

import svertka
from svertka.engines.folding import folded


def lively(network):
    for layer in network.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.running_mean is not None:
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    return network.eval().double()


def norms(network):
    return sum(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in network.modules())


@pytest.mark.parametrize(
    ("name", "space", "left"),
    [
        ("resnet20", svertka.PLANE, 0), ("resnet20", svertka.LINE, 0), ("resnet20", svertka.VOLUME, 0),
        ("mobilenet_025", svertka.PLANE, 0), ("lenet5", svertka.PLANE, 0),
    ],
)  # fmt: skip
def test_networks_stay_the_same_function(name, space, left):
    torch.manual_seed(0)
    network = lively(svertka.build(name, channels=2, space=space))
    x = torch.randn(2, 2, *[32 if space.rank < 3 else 8] * space.rank, dtype=torch.float64)
    made = folded(network)
    torch.testing.assert_close(made(x), network(x), rtol=1e-9, atol=1e-9)
    assert norms(made) == left


def test_what_does_not_follow_a_layer_stays():
    network = lively(nn.Sequential(nn.BatchNorm1d(3), nn.Conv1d(3, 3, 3), nn.ReLU(), nn.BatchNorm1d(3)))
    x = torch.randn(2, 3, 9, dtype=torch.float64)
    assert norms(folded(network)) == 2
    torch.testing.assert_close(folded(network)(x), network(x))


@pytest.mark.parametrize(
    "layer", [nn.ConvTranspose2d(3, 4, 3, stride=2), nn.Linear(5, 4)], ids=["transposed", "linear"]
)
def test_transposed_and_linear_layers_take_them_in_too(layer):
    norm = nn.BatchNorm1d(4) if isinstance(layer, nn.Linear) else nn.BatchNorm2d(4)
    network = lively(nn.Sequential(layer, norm))
    x = torch.randn(*((6, 5) if isinstance(layer, nn.Linear) else (2, 3, 5, 5)), dtype=torch.float64)
    assert norms(folded(network)) == 0
    torch.testing.assert_close(folded(network)(x), network(x))


def test_a_normalisation_by_the_batch_itself_stays():
    network = nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2, track_running_stats=False)).eval()
    assert norms(folded(network)) == 1


def test_the_network_itself_is_left_alone(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    folded(network)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert norms(network) == 1
