import pytest
import torch
from torch import nn

from reference.networks import layers
from svertka import ShapeError, build, cost
from svertka.zoo.vgg import grown

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


@pytest.mark.parametrize(("shallow", "deep"), [("vgg11", "vgg16"), ("vgg11_bn", "vgg19_bn")])
def test_a_deep_one_grows_from_a_shallow_one(shallow, deep):
    """Section 3.1: the first four convolutions and the linear layers are those of the shallow network."""
    small = {"small": True, "classes": 3}
    one, other = build(shallow, **small), build(deep, **small)
    before = {key: value.clone() for key, value in other.state_dict().items()}
    grown(other, one)
    theirs = [layer.weight for layer in one.body if isinstance(layer, nn.Conv2d)][:4]
    ours = [layer.weight for layer in other.body if isinstance(layer, nn.Conv2d)]
    places = [0, 2, 4, 5]
    assert all(torch.equal(ours[place], weight) for place, weight in zip(places, theirs, strict=True))
    assert torch.equal(other.head[2].weight, one.head[2].weight)
    convolutions = [key for key, value in other.state_dict().items() if value.dim() == 4]
    changed = [place for place, key in enumerate(convolutions) if not torch.equal(before[key], other.state_dict()[key])]
    assert changed == places


def test_it_cannot_grow_from_what_is_no_shallow_one():
    small = {"small": True, "classes": 3}
    for shallow in (build("vgg11_bn", **small), build("vgg11", small=True, classes=4)):
        with pytest.raises(ShapeError, match="cannot grow from this one"):
            grown(build("vgg16", **small), shallow)
