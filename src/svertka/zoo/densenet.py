"""DenseNet: every layer sees what all layers before it have made.

Large images enter as in ResNet. For small ones there are the first networks, of plain 3x3 convolutions, and those with
bottlenecks and compression (BC).
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from svertka.nn import PLANE, Space, classifier
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant
from svertka.zoo.resnet import Stem, shrinking

Layer = Callable[[Space, int, int], nn.Sequential]


class Dense(nn.Module):
    """Layers of which each adds channels to all that came before.

    With `saving`, what a layer computes on its way is computed again for the gradient instead of being kept
    (Pleiss et al., arXiv:1707.06990).
    """

    def __init__(self, layers: list[nn.Sequential], *, saving: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.saving = saving

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            again = self.saving and torch.is_grad_enabled()
            new: Tensor = checkpoint(layer, x, use_reentrant=False) if again else layer(x)
            x = torch.cat([x, new], dim=1)
        return x


def keeping(space: Space, channels: int, width: int) -> nn.Sequential:
    """The stem for small images: a convolution at full size, which the first layer normalises."""
    return nn.Sequential(space.conv(channels, width, 3, padding=1, bias=False))


def norm_act_conv(space: Space, cin: int, cout: int, kernel: int) -> nn.Sequential:
    """Batch normalisation, a rectifier, and a convolution that keeps the size."""
    conv = space.conv(cin, cout, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(space.norm(cin), nn.ReLU(inplace=True), conv)


def plain(space: Space, cin: int, growth: int) -> nn.Sequential:
    """A 3x3 convolution."""
    return norm_act_conv(space, cin, growth, 3)


def bottleneck(space: Space, cin: int, growth: int) -> nn.Sequential:
    """A 1x1 convolution to four times the growth, then a 3x3 convolution (B)."""
    return norm_act_conv(space, cin, 4 * growth, 1).extend(norm_act_conv(space, 4 * growth, growth, 3))


def compact(depth: int, growth: int, *, bottlenecks: bool) -> dict[str, object]:
    """The settings of a network for small images, by its depth and growth as the paper names it."""
    if not bottlenecks:
        return {"depths": ((depth - 4) // 3,) * 3, "growth": growth, "layer": plain, "compression": 1.0, "first": 16}
    return {"depths": ((depth - 4) // 6,) * 3, "growth": growth, "first": 2 * growth}


@architecture(
    paper="arXiv:1608.06993",
    year=2016,
    sample=(3, 224, 224),
    variants={
        "densenet121": variant(7_978_856, 2_834_161_664, depths=(6, 12, 24, 16), growth=32, first=64),
        "densenet161": variant(28_681_000, 7_727_907_072, depths=(6, 12, 36, 24), growth=48, first=96),
        "densenet169": variant(14_149_480, 3_359_843_328, depths=(6, 12, 32, 32), growth=32, first=64),
        "densenet201": variant(20_013_928, 4_291_365_888, depths=(6, 12, 48, 32), growth=32, first=64),
    },
)
@architecture(
    paper="arXiv:1608.06993, table 2",
    year=2016,
    sample=(3, 32, 32),
    classes=10,
    variants={
        "densenet40_k12": variant(1_019_722, 264_812_928, stem=keeping, **compact(40, 12, bottlenecks=False)),
        "densenet100_k12": variant(6_979_642, 1_769_516_448, stem=keeping, **compact(100, 12, bottlenecks=False)),
        "densenet100_k24": variant(27_249_082, 6_889_347_744, stem=keeping, **compact(100, 24, bottlenecks=False)),
        "densenet100bc_k12": variant(769_162, 287_929_692, stem=keeping, **compact(100, 12, bottlenecks=True)),
        "densenet250bc_k24": variant(15_324_406, 5_418_785_724, stem=keeping, **compact(250, 24, bottlenecks=True)),
        "densenet190bc_k40": variant(25_624_430, 9_301_945_740, stem=keeping, **compact(190, 40, bottlenecks=True)),
    },
)
class DenseNet(nn.Sequential):
    """Blocks of layers that add `growth` channels each, and between them transitions that halve the size.

    With `small` images enter at full size.
    """

    def __init__(
        self,
        *,
        depths: tuple[int, ...],
        growth: int,
        first: int,
        layer: Layer = bottleneck,
        compression: float = 0.5,
        stem: Stem = shrinking,
        saving: bool = False,
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        body = nn.Sequential()
        cin = first
        for place, depth in enumerate(depths):
            if place:
                cout = int(cin * compression)
                body.append(norm_act_conv(space, cin, cout, 1).append(space.mean_pool(2)))
                cin = cout
            body.append(Dense([layer(space, cin + number * growth, growth) for number in range(depth)], saving=saving))
            cin += depth * growth
        body.extend([space.norm(cin), nn.ReLU(inplace=True)])
        enter = (keeping if small else stem)(space, channels, first)
        super().__init__(OrderedDict(stem=enter, body=body, head=classifier(space, cin, classes)))
        he(self)
