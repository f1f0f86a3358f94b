import pytest
import torch

from reference.networks import layers
from svertka import PLANE, build
from svertka.nn.initial import CONVOLUTIONS, TRANSPOSED


def test_it_has_the_25_weighted_layers_of_the_paper():
    assert len(layers("voxresnet", (*CONVOLUTIONS, *TRANSPOSED))) == 25


def test_its_trunk_halves_three_times():
    halving = [layer for layer in layers("voxresnet", CONVOLUTIONS).values() if layer.stride == (2, 2, 2)]
    assert len(halving) == 3


@pytest.mark.parametrize("sizes", [(8, 8, 8), (9, 13, 20), (1, 1, 1)])
def test_every_place_of_a_volume_has_scores(sizes):
    assert build("voxresnet", width=8, classes=3).eval()(torch.zeros(1, 1, *sizes)).shape == (1, 3, *sizes)


def test_the_whole_judges_as_its_scales_do_together():
    torch.manual_seed(0)
    network = build("voxresnet", width=8, space=PLANE).eval()
    image = torch.randn(2, 1, 16, 16)
    together, *apart = network.heads(image)
    torch.testing.assert_close(together, network(image))
    torch.testing.assert_close(together, sum(apart))
    assert len(apart) == 4
