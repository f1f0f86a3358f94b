"""Where to compute, and in which memory layout."""

import torch
from torch import Tensor, nn

from svertka.errors import SettingError


def device_of(name: str) -> torch.device:
    """The device of this name; auto is the first that is there of cuda, mps and cpu.

    Raises:
        SettingError: it is not there.
    """
    if name == "auto":
        return torch.device("cuda" if _has_cuda() else "mps" if torch.backends.mps.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (not _has_cuda() or (device.index or 0) >= torch.cuda.device_count()):
        raise SettingError(f"device {name} is not there: torch sees {torch.cuda.device_count()} CUDA devices")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise SettingError("device mps is not there")
    return device


def laid_out(network: nn.Module, device: torch.device) -> nn.Module:
    """The network on a device, its kernels laid out as its images are."""
    network = network.to(device)
    for parameter in network.parameters():
        parameter.data = lay_out(parameter.data)
    return network


def lay_out(images: Tensor) -> Tensor:
    """Planes `(batch, channels, height, width)` with channels last in memory; anything else as it is.

    For planes that is faster on processors (`benchmarks/layouts.py`); for volumes it is slower.
    """
    return images.contiguous(memory_format=torch.channels_last) if images.dim() == 4 else images


def _has_cuda() -> bool:
    return torch.cuda.is_available()
