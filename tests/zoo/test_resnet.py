import pytest
import torch
from torch import nn

from svertka import LINE, VOLUME, build
from svertka.nn import PaddedIdentity, Residual


def convolutions(network):
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]


@pytest.mark.parametrize(
    ("name", "depth"), [("resnet18", 18), ("resnet34", 34), ("resnet20", 20), ("resnet32", 32), ("resnet56", 56)]
)
def test_its_name_counts_its_layers(name, depth):
    """Weighted layers on the longest way: all convolutions but the projections, and the linear layer."""
    network = build(name)
    ways = [layer for layer in convolutions(network) if layer.kernel_size != (1, 1)]
    assert len(ways) + 1 == depth


@pytest.mark.parametrize("name", ["resnet18", "resnet34"])
def test_it_is_torchvisions_network(torchvision, name):
    """The same weights, laid over in order of the layers, give the same scores."""
    torch.manual_seed(0)
    peer = getattr(torchvision.models, name)(weights=None).eval()
    for layer in peer.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.running_mean, std=0.1)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
    network = build(name).eval()
    network.load_state_dict(dict(zip(network.state_dict(), peer.state_dict().values(), strict=True)))
    images = torch.randn(2, 3, 96, 96)
    with torch.inference_mode():
        torch.testing.assert_close(network(images), peer(images), rtol=1e-4, atol=1e-4)


def test_small_images_are_shrunk_by_two_blocks_only():
    """Table 6 of the paper: output maps 32x32, 16x16 and 8x8, with 16, 32 and 64 filters, 2n layers each."""
    network = build("resnet20")
    shapes = []
    for block in network.body:
        block.register_forward_hook(lambda layer, inputs, out: shapes.append(tuple(out.shape[1:])))
    network(torch.zeros(1, 3, 32, 32))
    assert shapes == [(16, 32, 32)] * 3 + [(32, 16, 16)] * 3 + [(64, 8, 8)] * 3


@pytest.mark.parametrize(("name", "kind", "count"), [("resnet20", PaddedIdentity, 2), ("resnet18", nn.Sequential, 3)])
def test_shortcuts_change_only_where_shapes_do(name, kind, count):
    shortcuts = [layer.shortcut for layer in build(name).modules() if isinstance(layer, Residual)]
    assert sum(isinstance(each, kind) for each in shortcuts) == count
    assert all(isinstance(each, (kind, nn.Identity)) for each in shortcuts)


@pytest.mark.parametrize("space", [LINE, VOLUME], ids=str)
@pytest.mark.parametrize("name", ["resnet18", "resnet20"])
def test_it_lives_in_other_spaces(space, name):
    network = build(name, channels=2, classes=3, space=space).eval()
    assert network(torch.zeros(1, 2, *[16] * space.rank)).shape == (1, 3)


def test_a_shallower_one_may_be_asked_for():
    assert len(build("resnet20", depths=(1, 1)).body) == 2
