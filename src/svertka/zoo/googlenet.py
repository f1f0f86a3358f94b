"""GoogLeNet: four views of the same place side by side, and two more classifiers on the way.

The original has biases, 5x5 convolutions and normalises neighbouring channels. What is used since has batch
normalisation, 3x3 where the paper has 5x5, and a last pooling of 2x2 where it has 3x3.
"""

from collections.abc import Callable
from functools import partial

from torch import nn

from svertka.nn import PLANE, Parallel, Sided, Space, conv_act, conv_norm_act
from svertka.nn.initial import he, soften
from svertka.zoo.registry import architecture, variant

Conv = Callable[..., nn.Sequential]

# cin, then outputs: 1x1 | 1x1 -> 3x3 | 1x1 -> 5x5 | pool -> 1x1; None is a pooling that halves the size
ROWS = (
    (192, 64, 96, 128, 16, 32, 32),
    (256, 128, 128, 192, 32, 96, 64),
    None,
    (480, 192, 96, 208, 16, 48, 64),
    (512, 160, 112, 224, 24, 64, 64),
    (512, 128, 128, 256, 24, 64, 64),
    (512, 112, 144, 288, 32, 64, 64),
    (528, 256, 160, 320, 32, 128, 128),
    None,
    (832, 256, 160, 320, 32, 128, 128),
    (832, 384, 192, 384, 48, 128, 128),
)
SIDES = {3: 512, 6: 528}  # place in ROWS -> channels where another classifier looks


def plain(space: Space, cin: int, cout: int, kernel: int, *, stride: int = 1) -> nn.Sequential:
    """A convolution with a bias that keeps the size at stride 1, and a rectifier."""
    return conv_act(space, cin, cout, kernel, stride=stride, padding=kernel // 2)


def inception(space: Space, conv: Conv, wide: int, row: tuple[int, ...]) -> Parallel:
    """Four branches: 1x1; 1x1 and 3x3; 1x1 and `wide`; a pooling and 1x1."""
    cin, one, three_in, three, wide_in, widest, pooled = row
    return Parallel(
        conv(space, cin, one, 1),
        conv(space, cin, three_in, 1).extend(conv(space, three_in, three, 3)),
        conv(space, cin, wide_in, 1).extend(conv(space, wide_in, widest, wide)),
        nn.Sequential(space.max_pool(3, stride=1, padding=1), *conv(space, cin, pooled, 1)),
    )


def side(space: Space, conv: Conv, cin: int, classes: int) -> nn.Sequential:
    """The small classifier that teaches the middle of the network."""
    return nn.Sequential(
        space.global_mean(4), *conv(space, cin, 128, 1), nn.Flatten(),
        nn.Linear(128 * 4**space.rank, 1024), nn.ReLU(inplace=True), nn.Dropout(0.7), nn.Linear(1024, classes),
    )  # fmt: skip


@architecture(
    paper="arXiv:1409.4842",
    year=2014,
    sample=(3, 224, 224),
    variants={
        "googlenet": variant(13_004_888, 1_498_376_192),
        "googlenet_original": variant(13_378_280, 1_582_671_872, conv=plain, wide=5, last_pool=3, normalised=True),
    },
)
class GoogLeNet(Sided):
    """Nine inception blocks and three classifiers, two of them for training only.

    With `small` images enter at full size.
    """

    def __init__(
        self,
        *,
        conv: Conv = conv_norm_act,
        wide: int = 3,
        last_pool: int = 2,
        normalised: bool = False,
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        super().__init__()
        halving = partial(space.max_pool, stride=2, ceil_mode=True)
        pools = iter([halving(3), halving(last_pool)])
        neighbours = [nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1)] if normalised else []
        enter = [*conv(space, channels, 64, 3)] if small else [*conv(space, channels, 64, 7, stride=2), halving(3)]
        self.stem = nn.Sequential(
            *enter, *neighbours, *conv(space, 64, 64, 1), *conv(space, 64, 192, 3), *neighbours,
            *([] if small else [halving(3)]),
        )  # fmt: skip
        self.body = nn.Sequential(*[inception(space, conv, wide, row) if row else next(pools) for row in ROWS])
        self.head = nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(1024, classes))
        self.sides = nn.ModuleDict({str(place): side(space, conv, cin, classes) for place, cin in SIDES.items()})
        he(self)
        soften(self)
