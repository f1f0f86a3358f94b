import pytest
import torch

from reference.networks import maps
from svertka import cost
from svertka.nn import PLANE
from svertka.zoo.inception_resnet import Scaled


def blocks(name):
    """The maps behind each scaled block."""
    return list(maps(name, Scaled).values())


def test_v1_has_the_blocks_and_maps_of_the_paper():
    assert blocks("inception_resnet_v1") == [(256, 35, 35)] * 5 + [(896, 17, 17)] * 10 + [(1792, 8, 8)] * 5


def test_v2_has_the_blocks_and_maps_of_the_authors_code():
    assert blocks("inception_resnet_v2") == [(320, 35, 35)] * 10 + [(1088, 17, 17)] * 20 + [(2080, 8, 8)] * 10


def test_v1_is_one_block_short_of_the_network_for_faces():
    """FaceNet's has a sixth last block: 23,482,624 parameters with 512 features (917,504 + 1,024) and no classifier."""
    block = 2 * (1792 * 192) + 2 * (192 * 192 * 3) + 384 * 1792 + 1792 + 4 * 2 * 192
    faces = 23_482_624 - 917_504 - 1_024
    assert cost("inception_resnet_v1", classes=1).parameters - 1793 + block == faces


def test_a_share_of_what_is_seen_is_added():
    block = Scaled(PLANE, [torch.nn.Identity(), torch.nn.Identity()], 6, 3, 0.1, act=True).double()
    x = torch.randn(2, 3, 4, 4).double()
    joined = block.join(torch.cat([x, x], 1))
    torch.testing.assert_close(block(x), (x + 0.1 * joined).clamp(min=0))


def test_multiply_adds_are_those_of_timms_table():
    assert cost("inception_resnet_v2").macs / 1e9 == pytest.approx(13.18, rel=0.005)
