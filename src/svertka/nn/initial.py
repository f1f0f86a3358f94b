"""How weights start."""

import torch
from torch import Tensor, nn

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
