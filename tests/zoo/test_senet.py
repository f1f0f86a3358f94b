import pytest
import torch

from reference.networks import bare
from svertka import cost
from svertka.nn import LINE, PLANE, VOLUME, SqueezeExcite


@pytest.mark.parametrize("space", [LINE, PLANE, VOLUME], ids=str)
def test_channels_are_weighed_by_the_formula(space):
    """Equations 2 to 4: s = σ(W2 δ(W1 z)), z the mean over all places."""
    layer = SqueezeExcite(space, 32, 4).double()
    x = torch.randn(2, 32, *[5] * space.rank).double()
    first, b1, second, b2 = (value.flatten(1) if value.dim() > 1 else value for value in layer.parameters())
    z = x.flatten(2).mean(2)
    s = torch.sigmoid((z @ first.T + b1).clamp(min=0) @ second.T + b2)
    torch.testing.assert_close(layer(x), x * s.reshape(2, 32, *[1] * space.rank))


@pytest.mark.parametrize(("depth", "depths"), [(50, (3, 4, 6, 3)), (101, (3, 4, 23, 3)), (152, (3, 8, 36, 3))])
def test_excitation_adds_what_equation_5_says(depth, depths):
    """2 / r Σ N C², with r = 16, N blocks of C channels in each stage; our layers have biases besides."""
    channels = (256, 512, 1024, 2048)
    weights = sum(n * 2 * c * c // 16 for n, c in zip(depths, channels, strict=True))
    biases = sum(n * (c + c // 16) for n, c in zip(depths, channels, strict=True))
    assert cost(f"seresnet{depth}").parameters - cost(f"resnet{depth}").parameters == weights + biases


def test_excitation_costs_next_to_nothing():
    """Section 4: 3.87 against 3.86 G multiply-adds for ResNet-50."""
    assert cost("resnet50_v1").macs / 1e9 == pytest.approx(3.86, abs=0.005)
    assert cost("seresnet50").macs / cost("resnet50_v1").macs < 1.003


def test_senet_154_counts_its_layers():
    """Three convolutions to enter, fifty blocks of three, and the linear layer: 154."""
    found = [name for name, value in bare("senet154").named_parameters() if value.dim() > 1]
    ways = [name for name in found if "shortcut" not in name and "excite" not in name]
    assert len(ways) == 3 + 50 * 3 + 1 == 154
