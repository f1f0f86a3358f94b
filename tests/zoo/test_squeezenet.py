import pytest
from torch import nn

from reference.networks import layers, maps
from svertka import cost
from svertka.nn import Parallel


def test_fire_modules_have_the_papers_maps():
    """Table 1: fire 2 to 9 give 128, 128, 256, 256, 384, 384, 512 and 512 maps."""
    found = [shape[0] for shape in maps("squeezenet1_0", Parallel).values()]
    assert found == [128, 128, 256, 256, 384, 384, 512, 512]


def test_it_has_no_linear_layer_and_fifty_times_fewer_weights_than_alexnet():
    assert not layers("squeezenet1_0", nn.Linear)
    assert cost("alexnet_original").parameters / cost("squeezenet1_0").parameters == pytest.approx(50, rel=0.05)


@pytest.mark.parametrize(("name", "giga"), [("squeezenet1_0", 0.82), ("squeezenet1_1", 0.35)])
def test_multiply_adds_are_those_of_torchvisions_table(name, giga):
    assert cost(name).macs / 1e9 == pytest.approx(giga, abs=0.005)
