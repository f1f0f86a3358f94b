"""The same weights give the same scores in our networks and in those of torchvision and timm."""

import pytest
import torch
from safetensors.torch import save_file
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


def agree(network, peer, size):
    """Scores in 64 bits, where rounding cannot hide a difference, within 1e-5 of their deviation."""
    images = torch.randn(2, 3, size, size, dtype=torch.double)
    with torch.inference_mode():
        expected = peer.double().eval()(images)
        found = network.double().eval()(images)
    assert (found - expected).abs().max() <= 1e-5 * expected.std()


LARGE = ("vgg13", "vgg16", "vgg13_bn", "vgg16_bn", "vgg19_bn", "wide_resnet101_2")  # others stand for them


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LARGE)) for name in SHARED])
def test_scores_are_torchvisions(torchvision, name, tmp_path):
    peer = drawn(getattr(torchvision.models, name)(weights=None, **OPTIONS.get(name, {})))
    torch.save(peer.state_dict(), tmp_path / "weights.pth")
    agree(svertka.build(name, weights=tmp_path / "weights.pth"), peer, SHARED[name])


# Their names where they are not ours; legacy networks are those of the paper's authors.
TIMM = {
    "resnet18": "resnet18", "resnet50": "resnet50", "wide_resnet50_2": "wide_resnet50_2",
    "resnext50_32x4d": "resnext50_32x4d", "densenet121": "densenet121", "densenet161": "densenet161",
    "vgg11": "vgg11", "vgg13_bn": "vgg13_bn", "inception_v3": "inception_v3", "inception_v4": "inception_v4",
    "inception_resnet_v2": "inception_resnet_v2", "resnetv2_50": "resnetv2_50", "resnetv2_101": "resnetv2_101",
    "seresnet50": "legacy_seresnet50", "seresnet101": "legacy_seresnet101", "seresnet152": "legacy_seresnet152",
    "seresnext50_32x4d": "legacy_seresnext50_32x4d", "seresnext101_32x4d": "legacy_seresnext101_32x4d",
    "senet154": "legacy_senet154",
}  # fmt: skip


# Files that keep the order of layers are read as torchvision's are; a few stand for all, and large ones take long.
KEPT = ("resnet18", "resnetv2_50", "seresnet50")
CASES = [
    pytest.param(name, ending, marks=[pytest.mark.slow] * (name.startswith("vgg")))
    for name in TIMM
    for ending in ("safetensors", "pth")
    if ending == "safetensors" or name in KEPT
]


@pytest.mark.parametrize(("name", "ending"), CASES)
def test_scores_are_those_of_timm(torchvision, name, ending, tmp_path):
    timm = pytest.importorskip("timm", exc_type=(ImportError, RuntimeError, OSError))
    peer = drawn(timm.create_model(TIMM[name], pretrained=False))
    path, state = tmp_path / f"weights.{ending}", peer.state_dict()
    if ending == "pth":
        torch.save(state, path)
    else:
        save_file({key: value.contiguous() for key, value in state.items()}, path)
    agree(svertka.build(name, weights=path), peer, 224 if name.startswith("vgg") else 107)
