import pytest
import torch

from reference.networks import bare, layers, maps, weights
from svertka import build, cost
from svertka.nn import Parallel


@pytest.mark.parametrize("name", ["googlenet", "googlenet_original"])
def test_blocks_have_the_maps_of_table_1(name):
    assert list(maps(name, Parallel).values()) == [
        (256, 28, 28), (480, 28, 28), (512, 14, 14), (512, 14, 14), (512, 14, 14), (528, 14, 14), (832, 14, 14),
        (832, 7, 7), (1024, 7, 7),
    ]  # fmt: skip


def test_blocks_of_the_original_have_the_parameters_of_table_1():
    """In thousands, without 4c: the table's 463 does not follow from its own widths, which give 510."""
    published = [159, 380, 364, 437, 580, 840, 1072, 1388]
    found = [weights(block) / 1000 for block in layers("googlenet_original", Parallel).values()]
    assert [*found[:4], *found[5:]] == pytest.approx(published, rel=0.05)
    assert found[4] == pytest.approx(510, abs=0.5)


def test_the_classifiers_on_the_way_have_the_papers_layers():
    """Section 5: 128 maps of 4x4, 1024 units, and the classes; with them it is Caffe's network of 13,378,280."""
    linear = 2048 * 1024 + 1024 + 1024 * 1000 + 1000
    sides = [weights(side) for side in bare("googlenet_original").sides.values()]
    assert sides == [512 * 128 + 128 + linear, 528 * 128 + 128 + linear]
    assert weights(bare("googlenet_original")) == 13_378_280


def test_without_the_classifiers_on_the_way_the_normalised_one_has_6_624_904():
    assert weights(bare("googlenet"), but="sides") == 6_624_904


def test_training_has_three_answers_and_use_has_one():
    network = build("googlenet", classes=5).eval()
    images = torch.randn(2, 3, 64, 64)
    answers = network.heads(images)
    assert [answer.shape for answer in answers] == [(2, 5)] * 3
    torch.testing.assert_close(network(images), answers[0])


def test_multiply_adds_are_those_of_torchvisions_table():
    assert cost("googlenet").macs / 1e9 == pytest.approx(1.5, abs=0.005)
