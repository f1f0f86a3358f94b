"""Residual networks that normalise before they convolve, so that nothing stands on the way of the shortcuts.

Among them the wide networks for small images, whose blocks may drop out between their two convolutions.
"""

from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor, nn

from svertka.nn import PLANE, Space, classifier
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant

Branch = Callable[[Space, int, int, int, float], nn.Sequential]


class PreResidual(nn.Module):
    """Add what a branch learned from the normalised input; a projection, where the shape changes, sees the same.

    He et al., arXiv:1603.05027, figure 4 (e).
    """

    def __init__(self, space: Space, cin: int, branch: nn.Module, projection: nn.Module | None) -> None:
        super().__init__()
        self.enter = nn.Sequential(space.norm(cin), nn.ReLU(inplace=True))
        self.branch = branch
        self.projection = projection

    def forward(self, x: Tensor) -> Tensor:
        entered = self.enter(x)
        y: Tensor = self.branch(entered) + (x if self.projection is None else self.projection(entered))
        return y


def conv(space: Space, cin: int, cout: int, kernel: int, stride: int = 1) -> nn.Module:
    """A convolution without bias that keeps the size at stride 1."""
    return space.conv(cin, cout, kernel, stride=stride, padding=kernel // 2, bias=False)


def norm_act(space: Space, channels: int) -> list[nn.Module]:
    """Batch normalisation and a rectifier."""
    return [space.norm(channels), nn.ReLU(inplace=True)]


def basic(space: Space, cin: int, width: int, stride: int, dropout: float) -> nn.Sequential:
    """Two 3x3 convolutions."""
    between = [*norm_act(space, width), *([nn.Dropout(dropout)] if dropout else [])]
    return nn.Sequential(conv(space, cin, width, 3, stride), *between, conv(space, width, width, 3))


def bottleneck(space: Space, cin: int, width: int, stride: int, dropout: float) -> nn.Sequential:
    """1x1, 3x3 and 1x1 convolutions, the last to four times the width."""
    return nn.Sequential(
        conv(space, cin, width, 1), *norm_act(space, width),
        conv(space, width, width, 3, stride), *norm_act(space, width),
        conv(space, width, 4 * width, 1),
    )  # fmt: skip


def small(depth: int, widening: int, dropout: float = 0.0) -> dict[str, object]:
    """The settings of a wide network by its depth and widening factor, as the paper names it."""
    return {"depths": ((depth - 4) // 6,) * 3, "width": 16 * widening, "first": 16, "dropout": dropout}


@architecture(
    paper="arXiv:1603.05027",
    year=2016,
    sample=(3, 224, 224),
    variants={
        "resnetv2_50": variant(25_549_352, 4_089_184_256, depths=(3, 4, 6, 3), branch=bottleneck, expansion=4),
        "resnetv2_101": variant(44_541_480, 7_801_405_440, depths=(3, 4, 23, 3), branch=bottleneck, expansion=4),
        "resnetv2_152": variant(60_185_128, 11_513_626_624, depths=(3, 8, 36, 3), branch=bottleneck, expansion=4),
    },
)
@architecture(
    paper="arXiv:1603.05027, table 2",
    year=2016,
    sample=(3, 32, 32),
    classes=10,
    variants={
        "preresnet164": variant(
            1_703_258, 247_646_720, depths=(18, 18, 18), width=16, first=16, branch=bottleneck, expansion=4
        ),
    },
)
@architecture(
    paper="arXiv:1605.07146",
    year=2016,
    sample=(3, 32, 32),
    classes=10,
    variants={
        "wrn16_8": variant(10_961_370, 1_548_145_664, **small(16, 8)),
        "wrn40_4": variant(8_949_210, 1_298_582_016, **small(40, 4)),
        "wrn28_10": variant(36_479_194, 5_243_328_768, **small(28, 10, dropout=0.3)),
    },
)
class PreResNet(nn.Sequential):
    """A stem, stages of pre-activated residual blocks, a last normalisation, and a linear classifier.

    Images enter at full size through 3x3 convolutions of `first` channels where that is given, else as in ResNet.
    """

    def __init__(
        self,
        *,
        depths: tuple[int, ...],
        width: int = 64,
        first: int | None = None,
        branch: Branch = basic,
        expansion: int = 1,
        dropout: float = 0.0,
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        cin = first or width
        stem = nn.Sequential(conv(space, channels, cin, 3))
        if first is None and not small:
            stem = nn.Sequential(conv(space, channels, cin, 7, 2), space.max_pool(3, stride=2, padding=1))
        body = nn.Sequential()
        for stage, depth in enumerate(depths):
            for place in range(depth):
                stride = 2 if stage and not place else 1
                cout = width * 2**stage * expansion
                projection = None if stride == 1 and cin == cout else conv(space, cin, cout, 1, stride)
                learned = branch(space, cin, width * 2**stage, stride, dropout)
                body.append(PreResidual(space, cin, learned, projection))
                cin = cout
        body.extend(norm_act(space, cin))
        super().__init__(OrderedDict(stem=stem, body=body, head=classifier(space, cin, classes)))
        he(self)
