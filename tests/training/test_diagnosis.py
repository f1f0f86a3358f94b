import pytest
import torch
from torch import nn

from svertka.training.diagnosis import first_bad_layer


class Dividing(nn.Module):
    """Gives what it is told to, whatever comes."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, x):
        return x * self.value


@pytest.fixture
def network():
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sequential(nn.ReLU(), Dividing(1.0)), nn.Flatten(), nn.Linear(8, 2))


IMAGES = torch.ones(2, 1, 4, 4)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_bad_images_are_found_first(network, value):
    assert first_bad_layer(network, IMAGES * value) == "the images themselves"


def test_bad_weights_are_found_before_what_they_do(network):
    network[3].weight.data[0, 0] = float("nan")
    assert first_bad_layer(network, IMAGES) == "the weights of layer 3"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_the_first_layer_that_puts_out_bad_numbers_is_named(network, value):
    network[1][1].value = value
    assert first_bad_layer(network, IMAGES + 1) == "the output of layer 1.1"


def test_a_sound_network_points_at_the_loss(network):
    assert first_bad_layer(network, IMAGES) == "the loss, after finite scores"


def test_no_hooks_are_left(network):
    first_bad_layer(network, IMAGES)
    assert all(not layer._forward_hooks for layer in network.modules())
