"""SENet: any network whose blocks weigh their channels before they add them.

The stride of a bottleneck is in its first convolution, as in the authors' networks.
"""

from collections import OrderedDict
from functools import partial

from torch import nn

from svertka.nn import PLANE, Residual, Space, SqueezeExcite, conv_norm, conv_norm_act
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant
from svertka.zoo.resnet import AS_PUBLISHED, BASIC, Block, ResNet, grouped


def entering(space: Space, channels: int, width: int) -> nn.Sequential:
    """ResNet's stem, but that the pooling adds nothing at the beginning, as in the authors' networks."""
    return conv_norm_act(space, channels, width, 7, stride=2).append(space.max_pool(3, stride=2, ceil_mode=True))


def excited(block: Block, space: Space, cin: int, width: int, stride: int) -> nn.Sequential:
    """The branch of a block, and a weight for each of its channels."""
    return block.branch(space, cin, width, stride).append(SqueezeExcite(space, width * block.expansion))


def with_excitation(block: Block) -> Block:
    """The same block with squeeze and excitation."""
    return Block(partial(excited, block), block.expansion)


EXCITED_GROUPS = with_excitation(grouped(32, 4))


@architecture(
    paper="arXiv:1709.01507",
    year=2017,
    sample=(3, 224, 224),
    variants={
        "seresnet18": variant(11_778_592, 1_814_160_384, depths=(2, 2, 2, 2), block=with_excitation(BASIC)),
        "seresnet34": variant(21_958_868, 3_663_918_592, depths=(3, 4, 6, 3), block=with_excitation(BASIC)),
        "seresnet50": variant(
            28_088_024, 3_860_488_192, depths=(3, 4, 6, 3), stem=entering, block=with_excitation(AS_PUBLISHED)
        ),
        "seresnet101": variant(
            49_326_872, 7_574_937_600, depths=(3, 4, 23, 3), stem=entering, block=with_excitation(AS_PUBLISHED)
        ),
        "seresnet152": variant(
            66_821_848, 11_288_993_792, depths=(3, 8, 36, 3), stem=entering, block=with_excitation(AS_PUBLISHED)
        ),
        "seresnext50_32x4d": variant(
            27_559_896, 4_232_994_816, depths=(3, 4, 6, 3), stem=entering, block=with_excitation(grouped(32, 4))
        ),
        "seresnext101_32x4d": variant(
            48_955_416, 7_974_739_968, depths=(3, 4, 23, 3), stem=entering, block=with_excitation(grouped(32, 4))
        ),
    },
)
class SEResNet(ResNet):
    """A residual network with squeeze and excitation in every block."""


def halfway(space: Space, cin: int, width: int, stride: int) -> nn.Sequential:
    """SENet-154's branch: 1x1 to half of the output's channels, 3x3 in 64 groups to all of them, 1x1, excitation."""
    return nn.Sequential(
        conv_norm_act(space, cin, 2 * width, 1),
        conv_norm_act(space, 2 * width, 4 * width, 3, stride=stride, groups=64),
        conv_norm(space, 4 * width, 4 * width, 1),
        SqueezeExcite(space, 4 * width),
    )


def shortcut(space: Space, cin: int, cout: int, stride: int) -> nn.Module:
    """A projection where the shape changes: 1x1 at full size, 3x3 where the size is halved."""
    if stride == 1 and cin == cout:
        return nn.Identity()
    return conv_norm(space, cin, cout, 1 if stride == 1 else 3, stride=stride)


@architecture(
    paper="arXiv:1709.01507, appendix",
    year=2017,
    sample=(3, 224, 224),
    variants={"senet154": variant(115_088_984, 20_688_363_520, depths=(3, 8, 36, 3))},
)
class SENet(nn.Sequential):
    """SENet-154: three convolutions to enter, grouped bottlenecks with excitation, and dropout before the decision.

    With `small` images enter at full size.
    """

    def __init__(
        self,
        *,
        depths: tuple[int, ...],
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        stem = nn.Sequential(
            conv_norm_act(space, channels, 64, 3, stride=1 if small else 2), conv_norm_act(space, 64, 64, 3),
            conv_norm_act(space, 64, 128, 3),
        )  # fmt: skip
        if not small:
            stem.append(space.max_pool(3, stride=2, ceil_mode=True))
        body = nn.Sequential()
        cin = 128
        for stage, depth in enumerate(depths):
            width = 64 * 2**stage
            for place in range(depth):
                stride = 2 if stage and not place else 1
                branch = halfway(space, cin, width, stride)
                body.append(Residual(branch, shortcut(space, cin, 4 * width, stride)))
                cin = 4 * width
        head = nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(cin, classes))
        super().__init__(OrderedDict(stem=stem, body=body, head=head))
        he(self)
