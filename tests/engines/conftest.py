"""A small network in which all is that engines change, and the ONNX file that several tests start from."""

import pytest
import torch
from torch import nn

from svertka.engines import Conversion
from svertka.engines.onnxruntime import convert


def lively(network: nn.Module) -> nn.Module:
    """The network in evaluation mode, with normalisations that do something."""
    generator = torch.Generator().manual_seed(0)
    for layer in network.modules():
        if isinstance(getattr(layer, "running_mean", None), torch.Tensor):
            layer.running_mean.normal_(generator=generator)
            layer.running_var.uniform_(0.5, 2, generator=generator)
            nn.init.uniform_(layer.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(layer.bias, generator=generator)
    return network.eval()


def small() -> nn.Module:
    torch.manual_seed(0)
    return lively(
        nn.Sequential(
            nn.Conv2d(2, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5),
        )
    )  # fmt: skip


@pytest.fixture(scope="session")
def network() -> nn.Module:
    return small()


@pytest.fixture(scope="session")
def images() -> torch.Tensor:
    return torch.randn(7, 2, 12, 10, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="session")
def expected(network, images) -> torch.Tensor:
    with torch.inference_mode():
        return network(images)


@pytest.fixture(scope="session")
def file(network, images) -> bytes:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    return convert(Conversion(network, images[:2]))
