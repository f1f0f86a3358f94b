"""MobileNet: every convolution split into one for each channel and one for each place.

The first name's number is the width multiplier α in percent; the resolution multiplier ρ is the image's size, as in
`cost("mobilenet_100", size=160)`.
"""

from collections import OrderedDict

from torch import nn

from svertka.nn import PLANE, Space, classifier, conv_norm_act
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant

ROWS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1),
)  # channels and stride  # fmt: skip


def separable(space: Space, cin: int, cout: int, stride: int) -> nn.Sequential:
    """A 3x3 convolution of each channel for itself, then a 1x1 convolution across channels."""
    depthwise = conv_norm_act(space, cin, cin, 3, stride=stride, groups=cin)
    return nn.Sequential(depthwise, conv_norm_act(space, cin, cout, 1))


@architecture(
    paper="arXiv:1704.04861",
    year=2017,
    sample=(3, 224, 224),
    variants={
        "mobilenet_025": variant(470_072, 41_030_272, alpha=0.25),
        "mobilenet_050": variant(1_331_592, 149_497_088, alpha=0.5),
        "mobilenet_075": variant(2_585_560, 325_400_448, alpha=0.75),
        "mobilenet_100": variant(4_231_976, 568_740_352, alpha=1.0),
    },
)
class MobileNet(nn.Sequential):
    """Thirteen depthwise separable convolutions, `alpha` times as wide as published.

    With `small` images enter at full size.
    """

    def __init__(
        self, *, alpha: float, small: bool = False, channels: int = 3, classes: int = 1000, space: Space = PLANE
    ) -> None:
        cin = int(32 * alpha)
        stem = conv_norm_act(space, channels, cin, 3, stride=1 if small else 2)
        body = nn.Sequential()
        for width, stride in ROWS:
            cout = int(width * alpha)
            body.append(separable(space, cin, cout, stride))
            cin = cout
        super().__init__(OrderedDict(stem=stem, body=body, head=classifier(space, cin, classes)))
        he(self)
