"""SqueezeNet: AlexNet's accuracy with fifty times fewer weights, and no linear layer at all."""

from collections import OrderedDict

from torch import nn

from svertka.nn import PLANE, Parallel, Space, conv_act
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant

WIDTHS = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))


def fire(space: Space, cin: int, squeeze: int, expand: int) -> nn.Sequential:
    """Squeeze through few 1x1 filters, then expand through 1x1 and 3x3 side by side."""
    narrow, wide = conv_act(space, squeeze, expand, 1), conv_act(space, squeeze, expand, 3, padding=1)
    return conv_act(space, cin, squeeze, 1).append(Parallel(narrow, wide))


def halving(space: Space) -> nn.Module:
    """An overlapping pooling."""
    return space.max_pool(3, stride=2, ceil_mode=True)


@architecture(
    paper="arXiv:1602.07360",
    year=2016,
    sample=(3, 224, 224),
    variants={
        "squeezenet1_0": variant(1_248_424, 818_924_576, stem=(96, 7), pools=(3, 7)),
        "squeezenet1_1": variant(1_235_496, 349_151_936, stem=(64, 3), pools=(2, 4)),
    },
)
class SqueezeNet(nn.Sequential):
    """Eight fire modules with poolings between some of them, and a map for each class that is averaged.

    `stem` is the width and the kernel of the first convolution, `pools` the fire modules that a pooling precedes. With
    `small` images enter at full size.
    """

    def __init__(
        self,
        *,
        stem: tuple[int, int],
        pools: tuple[int, ...],
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        cin, kernel = stem
        body = nn.Sequential()
        for place, (squeeze, expand) in enumerate(WIDTHS):
            if place in pools:
                body.append(halving(space))
            body.append(fire(space, cin, squeeze, expand))
            cin = 2 * expand
        first = (
            conv_act(space, channels, stem[0], 3, padding=1)
            if small
            else conv_act(space, channels, stem[0], kernel, stride=2).append(halving(space))
        )
        last = space.conv(cin, classes, 1)
        super().__init__(
            OrderedDict(
                stem=first,
                body=body,
                head=nn.Sequential(nn.Dropout(0.5), last, nn.ReLU(inplace=True), space.global_mean(1), nn.Flatten()),
            )
        )
        he(self)
        # As published, lest the last rectifier lets nothing through.
        nn.init.normal_(last.get_parameter("weight"), std=0.01)
