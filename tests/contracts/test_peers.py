"""The same weights give the same scores in our networks and in torchvision's."""

import pytest
import torch
from torch import nn

import svertka

SHARED = {
    "alexnet": 96, "vgg11": 64, "vgg13": 64, "vgg16": 64, "vgg19": 64, "vgg11_bn": 64, "vgg13_bn": 64, "vgg16_bn": 64,
    "vgg19_bn": 64, "googlenet": 96, "inception_v3": 107, "resnet18": 96, "resnet34": 96, "resnet50": 96,
    "resnet101": 64, "resnet152": 64, "wide_resnet50_2": 64, "wide_resnet101_2": 64, "resnext50_32x4d": 64,
    "resnext101_32x8d": 64, "resnext101_64x4d": 64, "densenet121": 64, "densenet161": 64, "densenet169": 64,
    "densenet201": 64, "squeezenet1_0": 96, "squeezenet1_1": 96,
}  # fmt: skip
OPTIONS = {"googlenet": {"init_weights": False}, "inception_v3": {"init_weights": False}}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Nobody asks how the weights start, so they start as they lie in memory and are then drawn once."""
    for name in ("kaiming_normal_", "kaiming_uniform_", "normal_", "trunc_normal_"):
        monkeypatch.setattr(nn.init, name, lambda value, *args, **kwargs: value)


def drawn(peer):
    """Weights that keep signals alive, and running statistics that are not those of the start."""
    torch.manual_seed(0)
    with torch.no_grad():
        for layer in peer.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                fan = layer.weight[0].numel()
                layer.weight.uniform_(-((6 / fan) ** 0.5), (6 / fan) ** 0.5)
                if layer.bias is not None:
                    layer.bias.uniform_(-0.1, 0.1)
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.uniform_(0.5, 1.0)
                layer.bias.uniform_(-0.1, 0.1)
                layer.running_mean.uniform_(-0.1, 0.1)
                layer.running_var.uniform_(0.5, 1.5)
    return peer


def in_our_order(state):
    """Layers stand in the same order, but that auxiliary classifiers come last with us."""
    return dict(sorted(state.items(), key=lambda item: item[0].lower().startswith("aux")))


@pytest.mark.parametrize("name", SHARED)
def test_scores_are_torchvisions(torchvision, name):
    peer = drawn(getattr(torchvision.models, name)(weights=None, **OPTIONS.get(name, {})))
    network = svertka.build(name)
    theirs = in_our_order(peer.state_dict())
    network.load_state_dict(dict(zip(network.state_dict(), theirs.values(), strict=True)))
    images = torch.randn(2, 3, SHARED[name], SHARED[name])
    with torch.inference_mode():
        expected = peer.eval()(images)
        # Their 64 bits would show more; sums of thousands of terms in 32 bits differ in the sixth digit.
        torch.testing.assert_close(network.eval()(images), expected, rtol=1e-4, atol=1e-4 * expected.std().item())
