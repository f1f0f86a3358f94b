import pytest
import torch
from torch import nn

from svertka import ShapeError, build
from svertka.geometry import Window
from svertka.measure.walking import on_meta, walk, windows


def shapes_of(visits):
    return {visit.name: (visit.shape_in, visit.shape_out) for visit in visits}


def test_every_layer_is_passed_with_its_shapes():
    network = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 4 * 5, 2))
    assert shapes_of(walk(network, 3, (9, 11))) == {
        "0": ((3, 9, 11), (8, 4, 5)),
        "1": ((8, 4, 5), (8, 4, 5)),
        "2": ((8, 4, 5), (160,)),
        "3": ((160,), (2,)),
        "": ((3, 9, 11), (2,)),
    }


def test_shapes_are_those_of_real_images():
    network = build("resnet20").eval()
    met = {}
    for name, layer in network.named_modules():
        layer.register_forward_hook(lambda layer, inputs, out, name=name: met.update({name: tuple(out.shape[1:])}))
    network(torch.zeros(1, 3, 40, 24))
    assert {visit.name: visit.shape_out for visit in walk(build("resnet20"), 3, (40, 24))} == met


def test_a_layer_used_twice_is_passed_twice():
    act = nn.ReLU()
    names = [visit.name for visit in walk(nn.Sequential(act, nn.Conv1d(1, 1, 1), act), 1, (4,))]
    assert names.count("0") == 2


def test_the_network_is_not_touched():
    network = build("resnet20").train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    walk(network, 3, (32, 32))
    assert network.training
    assert all(not layer._forward_hooks and not layer._forward_pre_hooks for layer in network.modules())
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_a_copy_without_numbers_is_in_evaluation_mode():
    network = on_meta(nn.Sequential(nn.Linear(2, 2), nn.Dropout()))
    assert all(value.device.type == "meta" for value in network.parameters())
    assert not network[1].training


def test_the_layer_for_which_an_image_is_too_small_is_named():
    with pytest.raises(ShapeError, match=r"layer body\.3 \(Conv2d\): a window of 5 does not fit into a size of 4"):
        walk(build("lenet5"), 1, (28, 28))


def test_the_layer_that_fails_otherwise_is_named():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(18, 2))
    with pytest.raises(ShapeError, match="layer 2 cannot take an image of 6x6"):
        walk(network, 1, (6, 6))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (nn.Conv2d(1, 1, (3, 5), stride=(1, 2), padding=1, dilation=2), [Window(3, 1, 1, 2), Window(5, 2, 1, 2)]),
        (nn.MaxPool2d(3, stride=2, padding=1), [Window(3, 2, 1), Window(3, 2, 1)]),
        (nn.AvgPool2d((2, 4)), [Window(2, 2), Window(4, 4)]),
        (nn.Conv2d(1, 1, 3, padding="same"), []),
        (nn.ConvTranspose2d(1, 1, 3), []),
        (nn.ReLU(), []),
        (nn.Linear(2, 2), []),
    ],
    ids=str,
)
def test_the_windows_of_a_layer(layer, expected):
    assert windows(layer, 2) == expected
