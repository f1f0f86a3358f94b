"""AlexNet: five convolutions, rectifiers, overlapping pools, and three large linear layers with dropout.

The original was split over two graphics cards, so three of its convolutions have two groups, and it normalised
neighbouring channels. The later version of one tower has neither, and other widths.
"""

from collections import OrderedDict
from typing import NamedTuple

from torch import nn

from svertka.nn import PLANE, Space, conv_act
from svertka.nn.initial import glorot, unfilled
from svertka.zoo.registry import architecture, variant


class Row(NamedTuple):
    """A convolution: outputs, kernel and groups, and whether neighbours are normalised and pixels pooled behind it."""

    cout: int
    kernel: int
    groups: int = 1
    normalised: bool = False
    pooled: bool = False


TWO_TOWERS = (
    Row(96, 11, 1, True, True), Row(256, 5, 2, True, True), Row(384, 3), Row(384, 3, 2), Row(256, 3, 2, False, True),
)  # fmt: skip
ONE_TOWER = (
    Row(64, 11, 1, False, True), Row(192, 5, 1, False, True), Row(384, 3), Row(256, 3), Row(256, 3, 1, False, True),
)  # fmt: skip


@architecture(
    paper="doi:10.1145/3065386",
    year=2012,
    sample=(3, 227, 227),
    variants={"alexnet_original": variant(60_965_224, 724_406_816, rows=TWO_TOWERS, padding=0)},
)
@architecture(
    paper="arXiv:1404.5997",
    year=2014,
    sample=(3, 224, 224),
    variants={"alexnet": variant(61_100_840, 714_188_480, rows=ONE_TOWER, padding=2)},
)
class AlexNet(nn.Sequential):
    """Five convolutions with overlapping pools, and three linear layers."""

    def __init__(
        self,
        *,
        rows: tuple[Row, ...],
        padding: int,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        with unfilled():
            first, *others = rows
            stem = conv_act(space, channels, first.cout, first.kernel, stride=4, padding=padding).extend(
                _behind(space, first)
            )
            body = nn.Sequential()
            cin = first.cout
            for row in others:
                body.extend(conv_act(space, cin, row.cout, row.kernel, padding=row.kernel // 2, groups=row.groups))
                body.extend(_behind(space, row))
                cin = row.cout
            head = nn.Sequential(
                space.global_mean(6), nn.Flatten(),
                nn.Dropout(0.5), nn.Linear(cin * 6**space.rank, 4096), nn.ReLU(inplace=True),
                nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
                nn.Linear(4096, classes),
            )  # fmt: skip
        super().__init__(OrderedDict(stem=stem, body=body, head=head))
        glorot(self)  # the paper's fixed deviation of 0.01 needs its many epochs to get going


def _behind(space: Space, row: Row) -> nn.Sequential:
    layers = nn.Sequential()
    if row.normalised:
        layers.append(nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2))  # torch divides alpha by the size
    if row.pooled:
        layers.append(space.max_pool(3, stride=2))
    return layers
