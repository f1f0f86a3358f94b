"""ResNet, for large images and for small ones: blocks that add to what they were given.

Large images (ImageNet) enter through a 7x7 convolution and a pooling that shrink them fourfold, and
shortcuts that change shape are 1x1 projections (option B). Small images (CIFAR) enter through a 3x3
convolution at full size, and those shortcuts have no parameters (option A, section 4.2).
"""

from collections import OrderedDict
from collections.abc import Callable
from itertools import pairwise

from torch import nn

from svertka.nn import PLANE, PaddedIdentity, Residual, Space, classifier, conv_norm, conv_norm_act
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant

Stem = Callable[[Space, int, int], nn.Sequential]
Shortcut = Callable[[Space, int, int, int], nn.Module]


def shrinking(space: Space, channels: int, width: int) -> nn.Sequential:
    """The stem for large images: to a quarter of their size."""
    return conv_norm_act(space, channels, width, 7, stride=2).append(space.max_pool(3, stride=2, padding=1))


def keeping(space: Space, channels: int, width: int) -> nn.Sequential:
    """The stem for small images: at full size."""
    return conv_norm_act(space, channels, width, 3)


def projection(space: Space, cin: int, cout: int, stride: int) -> nn.Module:
    """A strided 1x1 convolution (option B)."""
    return conv_norm(space, cin, cout, 1, stride=stride)


def basic(space: Space, cin: int, cout: int, stride: int, shortcut: Shortcut) -> Residual:
    """Two 3x3 convolutions, and the identity beside them where shapes allow it."""
    branch = nn.Sequential(conv_norm_act(space, cin, cout, 3, stride=stride), conv_norm(space, cout, cout, 3))
    same = stride == 1 and cin == cout
    return Residual(branch, nn.Identity() if same else shortcut(space, cin, cout, stride))


SMALL = {"width": 16, "stem": keeping, "shortcut": PaddedIdentity}


@architecture(
    paper="arXiv:1512.03385",
    year=2015,
    sample=(3, 224, 224),
    variants={
        "resnet18": variant(11_689_512, depths=(2, 2, 2, 2)),
        "resnet34": variant(21_797_672, depths=(3, 4, 6, 3)),
    },
)
@architecture(
    paper="arXiv:1512.03385, section 4.2",
    year=2015,
    sample=(3, 32, 32),
    classes=10,
    variants={
        "resnet20": variant(269_722, depths=(3, 3, 3), **SMALL),
        "resnet32": variant(464_154, depths=(5, 5, 5), **SMALL),
        "resnet56": variant(853_018, depths=(9, 9, 9), **SMALL),
    },
)
class ResNet(nn.Sequential):
    """A stem, stages of residual blocks that halve the size and double the width, and a linear classifier."""

    def __init__(
        self,
        *,
        depths: tuple[int, ...],
        width: int = 64,
        stem: Stem = shrinking,
        shortcut: Shortcut = projection,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        widths = [width * 2**stage for stage, depth in enumerate(depths) for _ in range(depth)]
        body = [basic(space, cin, cout, 1 if cin == cout else 2, shortcut) for cin, cout in pairwise([width, *widths])]
        super().__init__(
            OrderedDict(
                stem=stem(space, channels, width),
                body=nn.Sequential(*body),
                head=classifier(space, widths[-1], classes),
            )
        )
        he(self)
