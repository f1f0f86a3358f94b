"""VoxResNet: a deep residual network that outlines parts of a volume, judging at four scales at once."""

from torch import Tensor, nn

from svertka.nn import VOLUME, Space, bilinear, cropped, padded_to
from svertka.nn.initial import he
from svertka.zoo.registry import architecture, variant


class VoxRes(nn.Module):
    """Add two convolutions, each behind its normalisation, to what came in."""

    def __init__(self, space: Space, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(*norm_act_conv(space, width, width), *norm_act_conv(space, width, width))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.branch(x)
        return y


def norm_act_conv(space: Space, cin: int, cout: int, stride: int = 1) -> list[nn.Module]:
    """Batch normalisation, a rectifier, and a 3x3 convolution."""
    return [space.norm(cin), nn.ReLU(), space.conv(cin, cout, 3, stride=stride, padding=1)]


def total(maps: list[Tensor]) -> Tensor:
    """The sum of maps of one shape."""
    first, *others = maps
    for other in others:
        first = first + other
    return first


def judge(space: Space, width: int, classes: int, factor: int) -> nn.Sequential:
    """A score for each class, brought to full size."""
    return nn.Sequential(space.conv(width, classes, 1), bilinear(space, classes, factor))


@architecture(
    paper="arXiv:1608.05895",
    year=2016,
    sample=(1, 80, 80, 80),
    classes=4,
    task="segment",
    variants={"voxresnet": variant(1_710_720, 51_714_304_000)},
)
class VoxResNet(nn.Module):
    """Six residual blocks at a half, a quarter and an eighth of the size, whose judgements are added up.

    Scores are `(batch, classes, *sizes)` for images of any size. Of 25 weighted layers seventeen are convolutions of
    the trunk, four judge, and four bring that back to full size; in training each judges for itself too.
    """

    def __init__(self, *, width: int = 64, channels: int = 1, classes: int = 4, space: Space = VOLUME) -> None:
        super().__init__()
        first = space.conv(channels, width // 2, 3, padding=1)
        self.stages = nn.ModuleList([nn.Sequential(first, *norm_act_conv(space, width // 2, width // 2))])
        cin = width // 2
        for _ in range(3):
            halving = norm_act_conv(space, cin, width, stride=2)
            self.stages.append(nn.Sequential(*halving, VoxRes(space, width), VoxRes(space, width)))
            cin = width
        widths = (width // 2, width, width, width)
        self.judges = nn.ModuleList(judge(space, cin, classes, 2**scale) for scale, cin in enumerate(widths))
        he(self)

    def forward(self, x: Tensor) -> Tensor:
        return total(self._judgements(x))

    def heads(self, x: Tensor) -> list[Tensor]:
        """Scores of all scales together, then of each for itself; for training."""
        judgements = self._judgements(x)
        return [total(judgements), *judgements]

    def _judgements(self, x: Tensor) -> list[Tensor]:
        sizes = x.shape[2:]
        x = padded_to(x, 8)
        found = []
        for stage, judge in zip(self.stages, self.judges, strict=True):
            x = stage(x)
            found.append(cropped(judge(x), sizes))
        return found
