"""Inception v2, v3 and v4: large kernels taken apart, into smaller ones and into one for each axis.

In a plane a 7x7 kernel becomes 1x7 and 7x1; in a volume likewise, along the last two axes; on a line it stays whole.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from torch import nn

from svertka.nn import PLANE, Parallel, Sided, Space
from svertka.nn import conv_norm_act as conv
from svertka.nn.initial import he, soften
from svertka.zoo.registry import architecture, variant


def unpadded(space: Space, cin: int, cout: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution, normalisation and rectifier, without padding."""
    return conv(space, cin, cout, kernel, stride=stride, padded=False)


def threes(space: Space, *widths: int) -> nn.Sequential:
    """1x1, then 3x3 as often as there are more widths; the first width comes in."""
    cin, squeezed, *others = widths
    made = conv(space, cin, squeezed, 1)
    for one, other in pairwise([squeezed, *others]):
        made.extend(conv(space, one, other, 3))
    return made


def along(space: Space, length: int, axis: int) -> tuple[int, ...]:
    """A kernel of this length along one axis; -1 is the last."""
    kernel = [1] * space.rank
    kernel[axis] = length
    return tuple(kernel)


def turns(space: Space, length: int, widths: Sequence[int], axes: Iterable[int]) -> nn.Sequential:
    """Kernels along one axis after another; on a line all are along its one."""
    made = nn.Sequential()
    for (cin, cout), axis in zip(pairwise(widths), axes, strict=True):
        made.extend(conv(space, cin, cout, along(space, length, max(axis, -space.rank))))
    return made


def fan(space: Space, cin: int, cout: int) -> Parallel:
    """A kernel of 3 along each axis, side by side."""
    kernels = [along(space, 3, axis) for axis in range(-1, -space.rank - 1, -1)]
    return Parallel(*[conv(space, cin, cout, kernel) for kernel in kernels])


def averaged(space: Space, cin: int, cout: int, *, counted: bool) -> nn.Sequential:
    """A mean over 3x3, of which the border counts or does not, and 1x1."""
    pool = space.mean_pool(3, stride=1, padding=1, count_include_pad=counted)
    return nn.Sequential(pool, *conv(space, cin, cout, 1))


def entrance(space: Space, channels: int) -> nn.Sequential:
    """How v3 and the residual ones begin: to an eighth of the size, with 192 channels."""
    return nn.Sequential(
        *unpadded(space, channels, 32, 3, 2), *unpadded(space, 32, 32, 3), *conv(space, 32, 64, 3),
        space.max_pool(3, stride=2), *conv(space, 64, 80, 1), *unpadded(space, 80, 192, 3),
        space.max_pool(3, stride=2),
    )  # fmt: skip


def decision(space: Space, cin: int, classes: int, dropout: float) -> nn.Sequential:
    """The mean over all places, dropout, and one linear map."""
    return nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(cin, classes))


# 1x1 | 1x1 -> 3x3 | 1x1 -> 3x3 -> 3x3 | pool -> 1x1; without a first number the size is halved
V2 = (
    (64, 64, 64, 64, 96, 32), (64, 64, 96, 64, 96, 64), (0, 128, 160, 64, 96, 0),
    (224, 64, 96, 96, 128, 128), (192, 96, 128, 96, 128, 128), (160, 128, 160, 128, 160, 128),
    (96, 128, 192, 160, 192, 128), (0, 128, 192, 192, 256, 0),
    (352, 192, 320, 160, 224, 128), (352, 192, 320, 192, 224, 128),
)  # fmt: skip


@architecture(
    paper="arXiv:1502.03167, figure 5",
    year=2015,
    sample=(3, 224, 224),
    variants={"inception_v2": variant(11_285_224, 2_032_600_064)},
)
class InceptionV2(nn.Sequential):
    """GoogLeNet with batch normalisation, and two 3x3 convolutions in the place of each 5x5."""

    def __init__(self, *, channels: int = 3, classes: int = 1000, space: Space = PLANE) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            *conv(space, channels, 64, 7, stride=2), space.max_pool(3, stride=2, ceil_mode=True),
            *conv(space, 64, 64, 1), *conv(space, 64, 192, 3), space.max_pool(3, stride=2, ceil_mode=True),
        )  # fmt: skip
        self.body = nn.Sequential()
        cin = 192
        for place, row in enumerate(V2):
            self.body.append(self._block(space, cin, row, last=place == len(V2) - 1))
            cin = sum((row[0], row[2], row[4], row[5] or cin))
        self.head = nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Linear(cin, classes))
        he(self)

    @staticmethod
    def _block(space: Space, cin: int, row: tuple[int, ...], *, last: bool) -> Parallel:
        one, three_in, three, double_in, double, pooled = row
        if not one:
            shrinking = conv(space, cin, three_in, 1).extend(conv(space, three_in, three, 3, stride=2))
            twice = threes(space, cin, double_in, double)
            twice.extend(conv(space, double, double, 3, stride=2))
            return Parallel(shrinking, twice, space.max_pool(3, stride=2, padding=1))
        pool = space.max_pool(3, stride=1, padding=1)
        view = nn.Sequential(pool, *conv(space, cin, pooled, 1)) if last else averaged(space, cin, pooled, counted=True)
        return Parallel(
            conv(space, cin, one, 1), threes(space, cin, three_in, three),
            threes(space, cin, double_in, double, double), view,
        )  # fmt: skip


@architecture(
    paper="arXiv:1512.00567",
    year=2015,
    sample=(3, 299, 299),
    variants={"inception_v3": variant(27_161_264, 5_713_216_096)},
)
class InceptionV3(Sided):
    """Eleven inception blocks of three kinds, and one more classifier for training only."""

    def __init__(self, *, channels: int = 3, classes: int = 1000, space: Space = PLANE) -> None:
        super().__init__()
        self.stem = entrance(space, channels)
        self.body = nn.Sequential(
            *[self._small(space, cin, pooled) for cin, pooled in ((192, 32), (256, 64), (288, 64))],
            Parallel(
                unpadded(space, 288, 384, 3, 2),
                threes(space, 288, 64, 96).extend(unpadded(space, 96, 96, 3, 2)),
                space.max_pool(3, stride=2),
            ),
            *[self._turning(space, width) for width in (128, 160, 160, 192)],
            Parallel(
                conv(space, 768, 192, 1).extend(unpadded(space, 192, 320, 3, 2)),
                conv(space, 768, 192, 1)
                .extend(turns(space, 7, (192, 192, 192), (-1, -2)))
                .extend(unpadded(space, 192, 192, 3, 2)),
                space.max_pool(3, stride=2),
            ),
            self._fanning(space, 1280), self._fanning(space, 704 + 2 * 384 * space.rank - 192),
        )  # fmt: skip
        self.head = decision(space, 512 + 2 * 384 * space.rank, classes, 0.5)
        self.sides = nn.ModuleDict({"7": self._side(space, classes)})
        he(self)
        soften(self)

    @staticmethod
    def _small(space: Space, cin: int, pooled: int) -> Parallel:
        five = conv(space, cin, 48, 1).extend(conv(space, 48, 64, 5))
        view = averaged(space, cin, pooled, counted=True)
        return Parallel(conv(space, cin, 64, 1), five, threes(space, cin, 64, 96, 96), view)

    @staticmethod
    def _turning(space: Space, width: int) -> Parallel:
        once = conv(space, 768, width, 1).extend(turns(space, 7, (width, width, 192), (-1, -2)))
        twice = conv(space, 768, width, 1).extend(turns(space, 7, (*[width] * 4, 192), (-2, -1, -2, -1)))
        return Parallel(conv(space, 768, 192, 1), once, twice, averaged(space, 768, 192, counted=True))

    @staticmethod
    def _fanning(space: Space, cin: int) -> Parallel:
        once = conv(space, cin, 384, 1).append(fan(space, 384, 384))
        twice = threes(space, cin, 448, 384).append(fan(space, 384, 384))
        return Parallel(conv(space, cin, 320, 1), once, twice, averaged(space, cin, 192, counted=True))

    @staticmethod
    def _side(space: Space, classes: int) -> nn.Sequential:
        return nn.Sequential(
            space.mean_pool(5, stride=3), *conv(space, 768, 128, 1), *unpadded(space, 128, 768, 5),
            space.global_mean(1), nn.Flatten(), nn.Linear(768, classes),
        )  # fmt: skip


@architecture(
    paper="arXiv:1602.07261",
    year=2016,
    sample=(3, 299, 299),
    variants={"inception_v4": variant(42_679_816, 12_253_974_624)},
)
class InceptionV4(nn.Sequential):
    """Inception blocks of three kinds alone, in a more regular order and with a stem of the same kind."""

    def __init__(self, *, channels: int = 3, classes: int = 1000, space: Space = PLANE) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            *unpadded(space, channels, 32, 3, 2), *unpadded(space, 32, 32, 3), *conv(space, 32, 64, 3),
            Parallel(space.max_pool(3, stride=2), unpadded(space, 64, 96, 3, 2)),
            Parallel(
                conv(space, 160, 64, 1).extend(unpadded(space, 64, 96, 3)),
                conv(space, 160, 64, 1)
                .extend(turns(space, 7, (64, 64, 64), (-1, -2)))
                .extend(unpadded(space, 64, 96, 3)),
            ),
            Parallel(unpadded(space, 192, 192, 3, 2), space.max_pool(3, stride=2)),
        )  # fmt: skip
        last = 512 + 2 * 256 * space.rank
        self.body = nn.Sequential(
            *[self._small(space) for _ in range(4)],
            Parallel(
                unpadded(space, 384, 384, 3, 2),
                threes(space, 384, 192, 224).extend(unpadded(space, 224, 256, 3, 2)),
                space.max_pool(3, stride=2),
            ),
            *[self._turning(space) for _ in range(7)],
            Parallel(
                conv(space, 1024, 192, 1).extend(unpadded(space, 192, 192, 3, 2)),
                conv(space, 1024, 256, 1)
                .extend(turns(space, 7, (256, 256, 320), (-1, -2)))
                .extend(unpadded(space, 320, 320, 3, 2)),
                space.max_pool(3, stride=2),
            ),
            *[self._fanning(space, cin) for cin in (1536, last, last)],
        )
        self.head = decision(space, last, classes, 0.2)
        he(self)
        soften(self)

    @staticmethod
    def _small(space: Space) -> Parallel:
        view = averaged(space, 384, 96, counted=False)
        return Parallel(conv(space, 384, 96, 1), threes(space, 384, 64, 96), threes(space, 384, 64, 96, 96), view)

    @staticmethod
    def _turning(space: Space) -> Parallel:
        once = conv(space, 1024, 192, 1).extend(turns(space, 7, (192, 224, 256), (-1, -2)))
        twice = conv(space, 1024, 192, 1).extend(turns(space, 7, (192, 192, 224, 224, 256), (-2, -1, -2, -1)))
        return Parallel(conv(space, 1024, 384, 1), once, twice, averaged(space, 1024, 128, counted=False))

    @staticmethod
    def _fanning(space: Space, cin: int) -> Parallel:
        once = conv(space, cin, 384, 1).append(fan(space, 384, 256))
        twice = conv(space, cin, 384, 1).extend(turns(space, 3, (384, 448, 512), (-2, -1))).append(fan(space, 512, 256))
        return Parallel(conv(space, cin, 256, 1), once, twice, averaged(space, cin, 256, counted=False))
