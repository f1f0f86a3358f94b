import pytest
import torch
from torch import nn

from joining import assert_joins, image
from svertka.nn import PLANE, SqueezeExcite, conv_norm_act


class Minus(nn.Module):
    def __init__(self, of):
        super().__init__()
        self.of = of

    def forward(self, x):
        return x - self.of(x)


@pytest.mark.parametrize(
    "of",
    [
        nn.AdaptiveAvgPool2d(1),
        nn.AdaptiveMaxPool2d(1),
        lambda x: x.mean(),
        lambda x: x.mean((2, 3), keepdim=True),
        lambda x: x.mean([-1, -2])[:, :, None, None],
        lambda x: x.sum(dim=(1, 2, 3), keepdim=True),
        lambda x: torch.amin(x, dim=(2, 3), keepdim=True),
    ],
)
@pytest.mark.parametrize("tile", [3, 8, 100])
def test_numbers_of_the_whole_image_are_gathered(of, tile):
    network = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1, stride=2).double(), Minus(of), nn.Conv2d(3, 2, 2).double())
    assert_joins(network, image(2, 21, 17), tile)


@pytest.mark.parametrize(
    "layer",
    [
        nn.GroupNorm(2, 4),
        nn.GroupNorm(1, 4, affine=False),
        nn.InstanceNorm2d(4, affine=True),
        nn.InstanceNorm2d(4, track_running_stats=True),
        nn.LayerNorm((4, 12, 11)),
        nn.LayerNorm((4, 12, 11), elementwise_affine=False),
    ],
)
def test_normalisation_over_the_image_is_gathered(layer):
    for weight in layer.parameters():
        nn.init.uniform_(weight)
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), layer, nn.Conv2d(4, 2, 3), nn.ReLU())
    assert_joins(network.double(), image(3, 12, 11), 5)


def test_one_after_another():
    """Each excitation weighs what the next sees."""
    blocks = [(conv_norm_act(PLANE, cin, 8, 3, stride=s), SqueezeExcite(PLANE, 8, 2)) for cin, s in ((3, 2), (8, 1))]
    network = nn.Sequential(*blocks[0], *blocks[1], nn.Upsample(scale_factor=2, mode="bilinear")).double()
    assert_joins(network, image(3, 30, 22), 9)
