"""Inception-ResNet v1 and v2: inception blocks that add a small share of what they see to what they were given."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Tensor, nn

from svertka.nn import PLANE, Parallel, Space
from svertka.nn import conv_norm_act as conv
from svertka.nn.initial import he, soften
from svertka.zoo.inception import averaged, decision, entrance, threes, turns, unpadded
from svertka.zoo.registry import architecture, variant

Branches = Callable[[Space, int], Sequence[nn.Module]]


class Scaled(nn.Module):
    """Add a share of what the branches see, brought to the right width by a 1x1 convolution; Szegedy et al., 3.3."""

    def __init__(
        self, space: Space, branches: Sequence[nn.Module], seen: int, cin: int, share: float, *, act: bool
    ) -> None:
        super().__init__()
        self.branches = Parallel(*branches)
        self.join = space.conv(seen, cin, 1)
        self.share = share
        self.act = nn.ReLU(inplace=True) if act else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.act(x + self.share * self.join(self.branches(x)))
        return y


class Widths(NamedTuple):
    """What tells the two versions apart: channels of the stem, of the three kinds of block, and of the reductions."""

    stem: int
    small: tuple[int, int, int]
    first: tuple[int, int, int]
    turning: tuple[int, int, int, int]
    second: tuple[int, int, int, int, int]
    last: tuple[int, int, int, int]
    repeats: tuple[int, int, int]
    final: int


V1 = Widths(
    stem=256, small=(32, 32, 32), first=(192, 192, 256), turning=(128, 128, 128, 128), second=(256, 256, 256, 256, 256),
    last=(192, 192, 192, 192), repeats=(5, 10, 5), final=0,
)  # fmt: skip
V2 = Widths(
    stem=320, small=(32, 48, 64), first=(256, 256, 384), turning=(192, 128, 160, 192), second=(256, 288, 256, 288, 320),
    last=(192, 192, 224, 256), repeats=(10, 20, 10), final=1536,
)  # fmt: skip


def _entrance_v1(space: Space, channels: int) -> nn.Sequential:
    *convolutions, _ = entrance(space, channels)
    return nn.Sequential(*convolutions, *unpadded(space, 192, 256, 3, 2))


def _entrance_v2(space: Space, channels: int) -> nn.Sequential:
    five = conv(space, 192, 48, 1).extend(conv(space, 48, 64, 5))
    view = averaged(space, 192, 64, counted=False)
    mixed = Parallel(conv(space, 192, 96, 1), five, threes(space, 192, 64, 96, 96), view)
    return entrance(space, channels).append(mixed)


@architecture(
    paper="arXiv:1602.07261",
    year=2016,
    sample=(3, 299, 299),
    variants={
        "inception_resnet_v1": variant(22_756_328, 6_206_361_696, widths=V1, stem=_entrance_v1),
        "inception_resnet_v2": variant(55_843_464, 13_155_794_016, widths=V2, stem=_entrance_v2),
    },
)
class InceptionResNet(nn.Sequential):
    """Scaled residual inception blocks of three kinds, and reductions between them."""

    def __init__(
        self,
        *,
        widths: Widths,
        stem: Callable[[Space, int], nn.Sequential],
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        super().__init__()
        w = widths
        self.stem = stem(space, channels)
        middle = w.stem + 384 + w.first[2]
        end = middle + 384 + w.second[1] + w.second[4]
        smalls, turnings, lasts = w.repeats
        self.body = nn.Sequential(
            *[_small(space, w) for _ in range(smalls)],
            _first_reduction(space, w),
            *[_turning(space, w, middle) for _ in range(turnings)],
            _second_reduction(space, w, middle),
            *[_last(space, w, end, act=place < lasts - 1 or not w.final) for place in range(lasts)],
        )
        if w.final:
            self.body.extend(conv(space, end, w.final, 1))
        self.head = decision(space, w.final or end, classes, 0.2)
        he(self)
        soften(self)


def _small(space: Space, w: Widths) -> Scaled:
    one, two, three = w.small
    branches = conv(space, w.stem, 32, 1), threes(space, w.stem, 32, 32), threes(space, w.stem, one, two, three)
    return Scaled(space, branches, 64 + three, w.stem, 0.17, act=True)


def _first_reduction(space: Space, w: Widths) -> Parallel:
    k, l, m = w.first
    return Parallel(
        unpadded(space, w.stem, 384, 3, 2),
        threes(space, w.stem, k, l).extend(unpadded(space, l, m, 3, 2)),
        space.max_pool(3, stride=2),
    )


def _turning(space: Space, w: Widths, cin: int) -> Scaled:
    one, first, second, third = w.turning
    turned = conv(space, cin, first, 1).extend(turns(space, 7, (first, second, third), (-1, -2)))
    return Scaled(space, (conv(space, cin, one, 1), turned), one + third, cin, 0.1, act=True)


def _second_reduction(space: Space, w: Widths, cin: int) -> Parallel:
    first_in, first, second_in, second, third = w.second
    return Parallel(
        conv(space, cin, 256, 1).extend(unpadded(space, 256, 384, 3, 2)),
        conv(space, cin, first_in, 1).extend(unpadded(space, first_in, first, 3, 2)),
        threes(space, cin, second_in, second).extend(unpadded(space, second, third, 3, 2)),
        space.max_pool(3, stride=2),
    )


def _last(space: Space, w: Widths, cin: int, *, act: bool) -> Scaled:
    one, first, second, third = w.last
    turned = conv(space, cin, first, 1).extend(turns(space, 3, (first, second, third), (-1, -2)))
    share = 0.2 if act else 1.0
    return Scaled(space, (conv(space, cin, one, 1), turned), one + third, cin, share, act=act)
