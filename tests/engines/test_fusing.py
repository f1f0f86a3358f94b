import pytest
import torch
from torch import nn

pytest.importorskip("llvmlite")

from svertka.engines.exchange import exported
from svertka.engines.fusing import Layer, fused
from svertka.ops.packed_direct import Direct
from svertka.ops.packed_winograd import Winograd


class Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, *, inplace=True):
        super().__init__()
        self.first = nn.Conv2d(32, 32, 3, padding=1)
        self.second = nn.Conv2d(32, 64, 1, bias=False)
        self.around = nn.Conv2d(32, 64, 1, stride=1)
        self.relu = nn.ReLU(inplace=inplace)

    def forward(self, x):
        return self.relu(self.second(self.relu(self.first(x))) + self.around(x))


class Seen(nn.Module):
    """A map that is wanted before and after its rectifier."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(32, 32, 3, padding=1)

    def forward(self, x):
        y = self.first(x)
        return y.mean((2, 3)) + torch.relu(y).mean((2, 3))


def layers(network):
    return [type(module.packed) for module in network.modules() if isinstance(module, Layer)]


def endings(network):
    return sorted(tuple(module.packed.ending) for module in network.modules() if isinstance(module, Layer))


def made(network, x):
    expected = network.eval()(x).detach()
    with torch.inference_mode():
        found = fused(exported(network, x).module(), x)
        torch.testing.assert_close(found(x), expected, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found(x[:1]), expected[:1], rtol=1e-4, atol=1e-5)
    return found


@pytest.mark.parametrize("inplace", [True, False])
def test_sums_and_rectifiers_go_into_the_convolutions(inplace):
    found = made(Block(inplace=inplace), torch.randn(3, 32, 12, 12))
    assert sorted(kind.__name__ for kind in layers(found)) == ["Direct", "Direct", "Winograd"]
    assert endings(found) == [(False, False), (False, True), (True, True)]
    left = [str(node.target) for node in found.graph.nodes if node.op == "call_function"]
    assert not [name for name in left if "conv" in name or "relu" in name or "add" in name]


def test_what_something_else_sees_is_left_there():
    found = made(Seen(), torch.randn(2, 32, 12, 12))
    assert endings(found) == [(False, False)]


def test_each_convolution_gets_its_kind_and_others_stay_torchs():
    network = nn.Sequential(
        nn.Conv2d(3, 32, 7, stride=2, padding=3), nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.Hardswish(),
        nn.Conv2d(32, 48, 3, padding=1), nn.Sigmoid(),
        nn.Conv2d(48, 64, 3, padding=2, dilation=2),
        nn.Conv2d(64, 64, 3, padding=1, groups=4),
        nn.Conv2d(64, 5, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip
    found = made(network, torch.randn(2, 3, 32, 32))
    assert layers(found) == [Direct, Winograd, Direct]
    assert sum("conv2d" in str(node.target) for node in found.graph.nodes) == 3
