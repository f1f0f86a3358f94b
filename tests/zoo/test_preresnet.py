import pytest
import torch
from torch import nn

from reference.networks import layers
from svertka import cost
from svertka.nn import PLANE
from svertka.zoo.preresnet import PreResidual


@pytest.mark.parametrize(
    ("name", "depth"),
    [("resnetv2_50", 50), ("resnetv2_101", 101), ("preresnet164", 164), ("wrn16_8", 14), ("wrn28_10", 26)],
)
def test_its_name_counts_its_layers(name, depth):
    """Convolutions on the longest way and the linear layer; a wide network's name counts two more (6n + 4)."""
    ways = [key for key in layers(name, nn.Conv2d) if "projection" not in key]
    assert len(ways) + 1 == depth


@pytest.mark.parametrize(
    ("name", "millions"), [("preresnet164", 1.7), ("wrn16_8", 11.0), ("wrn40_4", 8.9), ("wrn28_10", 36.5)]
)
def test_parameters_are_as_published(name, millions):
    """Table 2 of arXiv:1603.05027 and table 4 of arXiv:1605.07146, in millions."""
    assert cost(name).parameters / 1e6 == pytest.approx(millions, abs=0.051)


def test_the_shortcut_is_the_identity_itself():
    """Equation 1: x + F(x): where F gives nothing, the block gives what it was given, negative values too."""
    branch = PLANE.conv(3, 3, 1)
    nn.init.zeros_(branch.weight)
    nn.init.zeros_(branch.bias)
    x = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(PreResidual(PLANE, 3, branch, None)(x), x, rtol=0, atol=0)


def test_a_projection_sees_the_activated_input():
    block = PreResidual(PLANE, 3, nn.Identity(), nn.Identity()).eval()
    x = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(block(x), 2 * x.clamp(min=0), rtol=1e-4, atol=1e-4)


def test_wide_blocks_drop_out_between_their_convolutions():
    assert [layer.p for layer in layers("wrn28_10", nn.Dropout).values()] == [0.3] * 12
