"""The handful of blocks the zoo is built from."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from svertka.nn.initial import tent
from svertka.nn.space import Space

Kernel = int | tuple[int, ...]


def conv_act(space: Space, cin: int, cout: int, kernel: int, **window: int) -> nn.Sequential:
    """Convolution with a bias, and a rectifier; `window` is stride, padding, dilation or groups."""
    return nn.Sequential(space.conv(cin, cout, kernel, **window), nn.ReLU(inplace=True))


def conv_norm(
    space: Space, cin: int, cout: int, kernel: Kernel, *, stride: int = 1, groups: int = 1, padded: bool = True
) -> nn.Sequential:
    """Convolution that keeps the size at stride 1, or takes no more than there is, then batch normalisation."""
    padding = same(kernel) if padded else 0
    conv = space.conv(cin, cout, kernel, stride=stride, padding=padding, groups=groups, bias=False)
    return nn.Sequential(conv, space.norm(cout))


def conv_norm_act(
    space: Space, cin: int, cout: int, kernel: Kernel, *, stride: int = 1, groups: int = 1, padded: bool = True
) -> nn.Sequential:
    """`conv_norm` and a rectifier."""
    made = conv_norm(space, cin, cout, kernel, stride=stride, groups=groups, padded=padded)
    return made.append(nn.ReLU(inplace=True))


def same(kernel: Kernel) -> Kernel:
    """The padding with which an odd kernel keeps the size."""
    return kernel // 2 if isinstance(kernel, int) else tuple(length // 2 for length in kernel)


def bilinear(space: Space, channels: int, factor: int) -> nn.Module:
    """A transposed convolution to `factor` times the size, which starts as linear interpolation of each channel.

    Long, Shelhamer and Darrell, arXiv:1411.4038, section 3.3; without a bias. Factors are even, or 1.
    """
    kernel = 2 * factor if factor > 1 else 1
    up = space.up(channels, channels, kernel, stride=factor, padding=factor // 2, bias=False)
    weight = up.state_dict()["weight"]
    if not weight.is_meta:
        weight.zero_()
        weight.diagonal(dim1=0, dim2=1).copy_(_product(tent(factor)[:kernel], space.rank)[..., None])
    return up


def _product(line: Tensor, rank: int) -> Tensor:
    """The outer product of a line with itself, as often as there are axes."""
    return line if rank == 1 else line.reshape(-1, *[1] * (rank - 1)) * _product(line, rank - 1)


def padded_to(x: Tensor, step: int) -> Tensor:
    """Images with zeros at the end of every axis, up to a multiple of `step`."""
    return F.pad(x, [pad for size in reversed(x.shape[2:]) for pad in (0, -size % step)])


def cropped(x: Tensor, sizes: Sequence[int]) -> Tensor:
    """The first places of every axis."""
    first: tuple[Any, ...] = (..., *[slice(size) for size in sizes])
    return x[first]


class Parallel(nn.Module):
    """Several views of the same place, joined along channels."""

    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class Residual(nn.Module):
    """Add what a branch learned to what it was given (He et al., arXiv:1512.03385, equation 1)."""

    def __init__(self, branch: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.branch = branch
        self.shortcut = shortcut
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.act(self.branch(x) + self.shortcut(x))
        return y


class PaddedIdentity(nn.Module):
    """The shortcut without parameters: every `stride`-th sample, and zeros for the new channels.

    Option A of He et al., arXiv:1512.03385, section 3.3.
    """

    def __init__(self, space: Space, cin: int, cout: int, stride: int) -> None:
        super().__init__()
        self.sampling = space.max_pool(1, stride=stride)
        self.pads = (0, 0) * space.rank + (0, cout - cin)

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(self.sampling(x), self.pads)


class SqueezeExcite(nn.Module):
    """Weigh each channel by what all places say together (Hu et al., arXiv:1709.01507, equations 2 to 4)."""

    def __init__(self, space: Space, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.squeeze = space.global_mean(1)
        self.excite = nn.Sequential(
            space.conv(channels, channels // reduction, 1), nn.ReLU(inplace=True),
            space.conv(channels // reduction, channels, 1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x * self.excite(self.squeeze(x))
        return y
