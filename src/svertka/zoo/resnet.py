"""ResNet and its kin: blocks that add to what they were given.

Large images (ImageNet) enter through a 7x7 convolution and a pooling that shrink them fourfold; small ones (CIFAR)
through a 3x3 convolution at full size. A plain network is one without shortcuts; ResNeXt and the wide networks for
large images differ in the bottleneck alone.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from svertka.nn import PLANE, PaddedIdentity, Residual, Space, classifier, conv_norm, conv_norm_act
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant

Stem = Callable[[Space, int, int], nn.Sequential]
Shortcut = Callable[[Space, int, int, int], nn.Module]
Branch = Callable[[Space, int, int, int], nn.Sequential]


@dataclass(frozen=True)
class Block:
    """What a block learns: a branch from `cin` channels at a stage's width and a stride; `expansion` times as wide."""

    branch: Branch
    expansion: int


def shrinking(space: Space, channels: int, width: int) -> nn.Sequential:
    """The stem for large images: to a quarter of their size."""
    return conv_norm_act(space, channels, width, 7, stride=2).append(space.max_pool(3, stride=2, padding=1))


def keeping(space: Space, channels: int, width: int) -> nn.Sequential:
    """The stem for small images: at full size."""
    return conv_norm_act(space, channels, width, 3)


def padded(space: Space, cin: int, cout: int, stride: int) -> nn.Module:
    """Option A: no parameters; every second sample, and zeros for new channels."""
    return nn.Identity() if stride == 1 and cin == cout else PaddedIdentity(space, cin, cout, stride)


def projected(space: Space, cin: int, cout: int, stride: int) -> nn.Module:
    """Option B: a strided 1x1 convolution where the shape changes, else what came in."""
    return nn.Identity() if stride == 1 and cin == cout else conv_norm(space, cin, cout, 1, stride=stride)


def always_projected(space: Space, cin: int, cout: int, stride: int) -> nn.Module:
    """Option C: a 1x1 convolution in every block."""
    return conv_norm(space, cin, cout, 1, stride=stride)


def basic(space: Space, cin: int, width: int, stride: int) -> nn.Sequential:
    """Two 3x3 convolutions."""
    return nn.Sequential(conv_norm_act(space, cin, width, 3, stride=stride), conv_norm(space, width, width, 3))


def bottleneck(
    space: Space, cin: int, width: int, stride: int, *, groups: int = 1, base: int = 64, striding: int = 1
) -> nn.Sequential:
    """1x1, 3x3 and 1x1 convolutions, the last to four times the width.

    The first stage has `base` channels in each of the `groups` of its 3x3 convolutions, and later stages in proportion.
    `striding` is which of the three takes the stride: 0 in the paper, 1 in what is used since.
    """
    inner = width * base // 64 * groups
    strides = [stride if place == striding else 1 for place in range(3)]
    return nn.Sequential(
        conv_norm_act(space, cin, inner, 1, stride=strides[0]),
        conv_norm_act(space, inner, inner, 3, stride=strides[1], groups=groups),
        conv_norm(space, inner, 4 * width, 1),
    )


def joined(branch: nn.Module, shortcut: nn.Module | None) -> nn.Module:
    """The branch beside its shortcut, or alone, as in a plain network."""
    return nn.Sequential(branch, nn.ReLU(inplace=True)) if shortcut is None else Residual(branch, shortcut)


BASIC = Block(basic, 1)
BOTTLENECK = Block(bottleneck, 4)
AS_PUBLISHED = Block(partial(bottleneck, striding=0), 4)
SMALL = {"width": 16, "stem": keeping, "shortcut": padded}


def grouped(groups: int, base: int) -> Block:
    """A bottleneck of another width: ResNeXt's cardinality, or a wide network's one group."""
    return Block(partial(bottleneck, groups=groups, base=base), 4)


@architecture(
    paper="arXiv:1512.03385",
    year=2015,
    sample=(3, 224, 224),
    variants={
        "plain18": variant(11_515_688, 1_794_805_760, depths=(2, 2, 2, 2), shortcut=None),
        "plain34": variant(21_623_848, 3_644_493_824, depths=(3, 4, 6, 3), shortcut=None),
        "resnet18": variant(11_689_512, 1_814_073_344, depths=(2, 2, 2, 2)),
        "resnet34": variant(21_797_672, 3_663_761_408, depths=(3, 4, 6, 3)),
        "resnet50": variant(25_557_032, 4_089_184_256, depths=(3, 4, 6, 3), block=BOTTLENECK),
        "resnet101": variant(44_549_160, 7_801_405_440, depths=(3, 4, 23, 3), block=BOTTLENECK),
        "resnet152": variant(60_192_808, 11_513_626_624, depths=(3, 8, 36, 3), block=BOTTLENECK),
        "resnet50_v1": variant(25_557_032, 3_857_973_248, depths=(3, 4, 6, 3), block=AS_PUBLISHED),
        "resnet101_v1": variant(44_549_160, 7_570_194_432, depths=(3, 4, 23, 3), block=AS_PUBLISHED),
        "resnet152_v1": variant(60_192_808, 11_282_415_616, depths=(3, 8, 36, 3), block=AS_PUBLISHED),
    },
)
@architecture(
    paper="arXiv:1512.03385, section 4.2",
    year=2015,
    sample=(3, 32, 32),
    classes=10,
    variants={
        "resnet20": variant(269_722, 40_551_040, depths=(3, 3, 3), **SMALL),
        "resnet32": variant(464_154, 68_862_592, depths=(5, 5, 5), **SMALL),
        "resnet44": variant(658_586, 97_174_144, depths=(7, 7, 7), **SMALL),
        "resnet56": variant(853_018, 125_485_696, depths=(9, 9, 9), **SMALL),
        "resnet110": variant(1_727_962, 252_887_680, depths=(18, 18, 18), **SMALL),
    },
)
@architecture(
    paper="arXiv:1605.07146",
    year=2016,
    sample=(3, 224, 224),
    variants={
        "wide_resnet50_2": variant(68_883_240, 11_398_021_120, depths=(3, 4, 6, 3), block=grouped(1, 128)),
        "wide_resnet101_2": variant(126_886_696, 22_753_050_624, depths=(3, 4, 23, 3), block=grouped(1, 128)),
    },
)
@architecture(
    paper="arXiv:1611.05431",
    year=2016,
    sample=(3, 224, 224),
    variants={
        "resnext50_32x4d": variant(25_028_904, 4_230_479_872, depths=(3, 4, 6, 3), block=grouped(32, 4)),
        "resnext101_32x8d": variant(88_791_336, 16_414_015_488, depths=(3, 4, 23, 3), block=grouped(32, 8)),
        "resnext101_64x4d": variant(83_455_272, 15_460_270_080, depths=(3, 4, 23, 3), block=grouped(64, 4)),
    },
)
@architecture(
    paper="arXiv:1611.05431, section 5.1",
    year=2016,
    sample=(3, 32, 32),
    classes=10,
    variants={
        "resnext29_8x64d": variant(34_426_698, 5_387_266_048, depths=(3, 3, 3), stem=keeping, block=grouped(8, 64)),
        "resnext29_16x64d": variant(68_155_210, 10_688_866_304, depths=(3, 3, 3), stem=keeping, block=grouped(16, 64)),
    },
)
class ResNet(nn.Sequential):
    """A stem, stages of residual blocks that halve the size and double the width, and a linear classifier.

    With `small` it enters as the networks for small images do, whatever its own stem.
    """

    def __init__(
        self,
        *,
        depths: tuple[int, ...],
        width: int = 64,
        block: Block = BASIC,
        stem: Stem = shrinking,
        shortcut: Shortcut | None = projected,
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        body = nn.Sequential()
        cin = width
        for stage, depth in enumerate(depths):
            for place in range(depth):
                stride = 2 if stage and not place else 1
                cout = width * 2**stage * block.expansion
                branch = block.branch(space, cin, width * 2**stage, stride)
                body.append(joined(branch, shortcut and shortcut(space, cin, cout, stride)))
                cin = cout
        enter = (keeping if small else stem)(space, channels, width)
        super().__init__(OrderedDict(stem=enter, body=body, head=classifier(space, cin, classes)))
        he(self)
