import pytest
from torch import nn

from reference.networks import layers
from svertka import cost

NAMES = ["vgg11", "vgg13", "vgg16", "vgg19"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", ["", "_bn"])
def test_its_name_counts_its_weighted_layers(name, suffix):
    assert len(layers(name + suffix, (nn.Conv2d, nn.Linear))) == int(name[3:])
    assert {layer.kernel_size for layer in layers(name + suffix, nn.Conv2d).values()} == {(3, 3)}


@pytest.mark.parametrize(("name", "millions"), [*zip(NAMES, (133, 133, 138, 144), strict=True)])
def test_parameters_are_those_of_table_2(name, millions):
    assert round(cost(name).parameters / 1e6) == millions


@pytest.mark.parametrize(("name", "giga"), [*zip(NAMES, (7.61, 11.31, 15.47, 19.63), strict=True)])
def test_multiply_adds_are_those_of_torchvisions_table(name, giga):
    assert cost(name).macs / 1e9 == pytest.approx(giga, abs=0.006)


def test_normalisation_adds_two_numbers_for_each_channel():
    channels = 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512
    assert cost("vgg16_bn").parameters - cost("vgg16").parameters == 2 * channels
