import pytest
import torch
from torch import nn

from svertka import ShapeError, build
from svertka.measure import check_sizes, comfortable_size, smallest_size
from svertka.measure.sizes import LARGEST


def works(network, channels, size, rank):
    """Whether a real image of this size goes through."""
    try:
        network(torch.zeros(1, channels, *[size] * rank))
    except RuntimeError:
        return False
    return True


def unpadded(depth):
    return nn.Sequential(*[layer for _ in range(depth) for layer in (nn.Conv2d(1, 1, 3), nn.MaxPool2d(2))])


@pytest.mark.parametrize(
    "network", [unpadded(1), unpadded(3), build("lenet5"), nn.Conv2d(1, 1, 1)], ids=lambda n: type(n).__name__
)
def test_the_smallest_size_works_and_one_less_does_not(network):
    found = smallest_size(network.eval(), 1, 2)
    assert [works(network, 1, size, 2) for size in (found, found + 1)] == [True, True]
    assert found == 1 or not works(network, 1, found - 1, 2)


def test_lenet_wants_32_as_in_the_paper():
    assert smallest_size(build("lenet5"), 1, 2) == comfortable_size(build("lenet5"), 1, 2) == 32


@pytest.mark.parametrize(("name", "halvings"), [("resnet20", 2), ("resnet18", 5)])
def test_a_padded_network_is_comfortable_with_two_samples_of_its_last_features(name, halvings):
    assert smallest_size(build(name), 3, 2) == 1
    assert comfortable_size(build(name), 3, 2) == 2 * 2**halvings


def test_a_network_that_takes_no_size_says_so():
    with pytest.raises(ShapeError, match=rf"layer 1 cannot take an image of {LARGEST}"):
        smallest_size(nn.Sequential(nn.Flatten(), nn.Linear(7, 2)), 1, 1)


def test_an_image_too_small_is_refused_with_the_smallest_that_works():
    with pytest.raises(ShapeError) as error:
        check_sizes(build("lenet5"), 1, (28, 40))
    assert str(error.value) == (
        "an image of 28x40 is too small for this network: layer body.3 (Conv2d): "
        "a window of 5 does not fit into a size of 4; the smallest size that works is 32x32"
    )
    check_sizes(build("lenet5"), 1, (32, 40))
