import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import svertka
from svertka import LINE, PLANE, VOLUME, ShapeError, UnknownName, build, cost
from svertka.measure import count, count_variant
from svertka.zoo import variants


def flops(network, *shape):
    """Torch's own count: a multiplication and an addition are two."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network.eval()(torch.zeros(1, *shape))
    return counter.get_total_flops()


@pytest.mark.parametrize(
    "variant", [each for each in variants() if not each.spherical], ids=lambda variant: variant.name
)
def test_costs_are_torchs_own_and_the_published(variant):
    found = count_variant(variant)
    network = variant.build()
    assert found.parameters == variant.parameters == sum(value.numel() for value in network.parameters())
    assert 2 * found.macs == flops(network, *variant.sample)
    assert found.output[0] == variant.classes


@pytest.mark.parametrize(("name", "macs"), [("resnet18", 1.814e9), ("resnet34", 3.664e9)])
def test_multiply_adds_are_those_of_torchvisions_table(name, macs):
    assert cost(name).macs == pytest.approx(macs, rel=5e-4)


@pytest.mark.parametrize(("space", "rank"), [(LINE, 1), (PLANE, 2), (VOLUME, 3)], ids=str)
def test_a_convolution_by_hand(space, rank):
    network = nn.Sequential(space.conv(4, 6, 3, stride=2, groups=2), nn.ReLU())
    found = count(network, 4, [9] * rank)
    conv = found.layers[0]
    assert conv.output == (6, *[4] * rank)
    assert conv.macs == found.macs == 6 * 4**rank * (4 // 2) * 3**rank
    assert conv.parameters == found.parameters == 6 * 2 * 3**rank + 6
    assert conv.activations == found.activations == 6 * 4**rank


def test_layers_add_up():
    found = cost("resnet18")
    for what in ("parameters", "macs", "activations"):
        assert sum(getattr(layer, what) for layer in found.layers) == getattr(found, what)


def test_activations_are_the_values_that_real_layers_put_out():
    network, values = build("resnet18").eval(), []
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(lambda layer, inputs, out: values.append(out.numel()))
    network(torch.zeros(1, 3, 224, 224))
    assert cost("resnet18").activations == sum(values)


def test_a_shared_layer_is_paid_for_twice_but_owned_once():
    conv = nn.Conv1d(2, 2, 3, padding=1)
    found = count(nn.Sequential(conv, conv), 2, [8])
    assert (found.macs, found.parameters) == (2 * 2 * 8 * 2 * 3, 2 * 2 * 3 + 2)


def test_a_layer_that_sees_every_atom_is_paid_for_each():
    """Correlations of the network for molecules work on one atom after another; its head on their sum."""
    one, three = (
        count(build("spherical_qm7", atoms=atoms, channels=5 * atoms), 5 * atoms, (20, 20)) for atoms in (1, 3)
    )
    for alone, each in zip(one.layers, three.layers, strict=True):
        assert each.macs == alone.macs * (1 if each.name.startswith("head") else 3)
        assert each.parameters == alone.parameters


def test_sizes_classes_and_channels_may_be_chosen():
    found = cost("resnet20", size="48x64", classes=4, channels=1)
    assert (found.input, found.output) == ((1, 48, 64), (4,))
    assert cost("linear", size=(5, 6), channels=2, classes=3).parameters == 5 * 6 * 2 * 3 + 3


def test_nothing_is_computed():
    assert cost("resnet34", size=8192).macs == pytest.approx(3.66e9 * (8192 / 224) ** 2, rel=0.01)


def test_an_image_too_small_and_an_unknown_network_are_named():
    with pytest.raises(ShapeError, match=r"smallest size that works is 32x32"):
        cost("lenet5", size=20)
    with pytest.raises(UnknownName, match="did you mean"):
        svertka.cost("resnet19")
