"""How weights start."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def he(network: nn.Module) -> None:
    """Keep the variance of gradients through rectifiers: weights from N(0, 2 / fan-out), biases 0.

    He et al., arXiv:1502.01852, equation 14. Linear layers keep torch's own start, as in torchvision.
    """
    for layer in network.modules():
        if isinstance(layer, CONVOLUTIONS) and not layer.weight.is_meta:
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def glorot(network: nn.Module) -> None:
    """Keep the variance of signals and gradients through tanh: weights from U(±√(6 / (fan-in + fan-out))), biases 0.

    Glorot and Bengio, AISTATS 2010, equation 16.
    """
    for layer in network.modules():
        if isinstance(layer, (*CONVOLUTIONS, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


class _Unfilled(TorchFunctionMode):
    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(function, "__module__", "") == "torch.nn.init":
            return args[0] if args else (kwargs or {})["tensor"]
        return function(*args, **(kwargs or {}))


@contextmanager
def unfilled() -> Iterator[None]:
    """Layers made here do not draw weights of their own, because all of them are drawn afterwards."""
    with _Unfilled():
        yield


def tent(factor: int) -> Tensor:
    """The weights of linear interpolation between samples that lie `factor` apart: `2 factor` of them, sum `factor`.

    >>> tent(2)
    tensor([0.2500, 0.7500, 0.7500, 0.2500])
    """
    return 1 - (torch.arange(2 * factor) - factor + 0.5).abs() / factor if factor > 1 else torch.ones(1)


def soften(network: nn.Module) -> None:
    """Let normalisation add 0.001 to variances, as the Inception networks do, and not 0.00001."""
    for layer in network.modules():
        if isinstance(layer, NORMS):
            layer.eps = 1e-3
