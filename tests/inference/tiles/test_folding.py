import pytest
import torch
from torch import nn

from joining import assert_joins, image
from svertka import build
from svertka.inference.tiles import recorded
from svertka.inference.tiles.folding import folded


def counted(tape):
    return [step.call.name for step in tape.steps].count("batch_norm")


def stirred(network):
    """With moments that are not 0 and 1."""
    for layer in network.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 2)
    return network


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_a_normalised_convolution_becomes_one_that_gives_the_same(bias, affine):
    network = stirred(nn.Sequential(nn.Conv2d(2, 3, 3, bias=bias), nn.BatchNorm2d(3, eps=0.1, affine=affine)).double())
    assert counted(folded(recorded(network, 2, (9, 8)))) == 0
    assert_joins(network, image(2, 9, 8), 4)


def test_the_zoo_loses_all_normalisations_behind_convolutions():
    network = build("fcn1s_resnet20")
    assert counted(recorded(network, 3, (64, 64))) == 19
    assert counted(folded(recorded(network, 3, (64, 64)))) == 0
    assert_joins(stirred(network.double()), image(3, 40, 33), 16)


def test_a_convolution_that_others_see_stays():
    class Seen(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2)

        def forward(self, x):
            x = self.conv(x)
            return self.norm(x) + x

    network = stirred(Seen().double())
    assert counted(folded(recorded(network, 1, (20,)))) == 1
    assert_joins(network, image(1, 20), 6)


def test_convolutions_that_share_weights_are_folded_apart():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(2, 2, 3, padding=1)
            self.norms = nn.ModuleList(nn.BatchNorm1d(2) for _ in range(2))

        def forward(self, x):
            for norm in self.norms:
                x = norm(self.conv(x))
            return x

    network = stirred(Shared().double())
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert_joins(network, image(2, 20), 6)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
