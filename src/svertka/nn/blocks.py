"""The handful of blocks the zoo is built from."""

from torch import Tensor, nn
from torch.nn import functional as F

from svertka.nn.space import Space


def conv_norm(space: Space, cin: int, cout: int, kernel: int, *, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution that keeps the size at stride 1, then batch normalisation."""
    conv = space.conv(cin, cout, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, space.norm(cout))


def conv_norm_act(space: Space, cin: int, cout: int, kernel: int, *, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """`conv_norm` and a rectifier."""
    return conv_norm(space, cin, cout, kernel, stride=stride, groups=groups).append(nn.ReLU(inplace=True))


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
