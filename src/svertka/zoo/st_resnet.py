"""ST-ResNet: what comes next in a city, from what was just now, yesterday and a week ago."""

import torch
from torch import Tensor, nn

from svertka.errors import SettingError
from svertka.nn import PLANE, Space
from svertka.zoo.registry import architecture, variant


class Unit(nn.Module):
    """Add two convolutions, each behind a rectifier, to what came in."""

    def __init__(self, space: Space, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.ReLU(), space.conv(width, width, 3, padding=1), nn.ReLU(), space.conv(width, width, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.branch(x)
        return y


def branch(space: Space, cin: int, width: int, units: int, cout: int) -> nn.Sequential:
    """A convolution, residual units, and a convolution to the frame's channels."""
    entering, leaving = space.conv(cin, width, 3, padding=1), space.conv(width, cout, 3, padding=1)
    return nn.Sequential(entering, *[Unit(space, width) for _ in range(units)], nn.ReLU(), leaving)


@architecture(
    paper="arXiv:1610.00081",
    year=2016,
    sample=(10, 32, 32),
    classes=2,
    task="forecast",
    variants={
        "st_resnet2": variant(458_694, 462_422_016, units=2),
        "st_resnet4": variant(901_830, 915_406_848, units=4),
        "st_resnet12": variant(2_674_374, 2_727_346_176, units=12),
    },
)
class STResNet(nn.Module):
    """A residual network for each kind of past, whose forecasts are weighed cell by cell and added.

    Its channels are those of several earlier frames behind one another: `lags` says how many of them each branch takes,
    in the paper closeness, period and trend. The forecast is `(batch, classes, *sizes)`, one frame. Two things of the
    paper are left to others: weather and holidays, which are no images, and the last tanh, which belongs to frames
    scaled to ±1, where ours have mean 0 and deviation 1.
    """

    def __init__(
        self,
        *,
        units: int,
        lags: tuple[int, ...] = (3, 1, 1),
        width: int = 64,
        size: tuple[int, ...] = (32, 32),
        channels: int = 10,
        classes: int = 2,
        space: Space = PLANE,
    ) -> None:
        super().__init__()
        if channels != classes * sum(lags):
            raise SettingError(
                f"{sum(lags)} earlier frames of {classes} channels make {classes * sum(lags)}, not {channels}"
            )
        sizes = tuple(size) if len(size) == space.rank else tuple(size[:1]) * space.rank
        self.takes = [classes * count for count in lags]
        self.branches = nn.ModuleList(branch(space, cin, width, units, classes) for cin in self.takes)
        self.weights = nn.ParameterList(nn.Parameter(torch.ones(classes, *sizes)) for _ in lags)

    def forward(self, x: Tensor) -> Tensor:
        pasts = torch.split(x, self.takes, dim=1)
        total = torch.zeros((), dtype=x.dtype, device=x.device)
        for branch, past, weight in zip(self.branches, pasts, self.weights, strict=True):
            total = total + branch(past) * weight
        return total
