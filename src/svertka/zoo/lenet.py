"""LeNet-5: convolve, average, and again; then decide.

The pooling layers have no trainable coefficients, the second convolution looks at all maps, and the
output is linear, as in every later implementation. The third layer is the 5x5 convolution of the paper,
so larger images give larger maps, which are averaged before the decision.
"""

from collections import OrderedDict

from torch import nn

from svertka.nn import PLANE, Space
from svertka.nn.initial import glorot
from svertka.zoo.registry import architecture, variant


@architecture(
    paper="doi:10.1109/5.726791",
    year=1998,
    sample=(1, 32, 32),
    classes=10,
    variants={"lenet5": variant(61_706, 416_520)},
)
class LeNet(nn.Sequential):
    """Three 5x5 convolutions with average pooling between them, and two linear layers; tanh throughout."""

    def __init__(self, *, channels: int = 1, classes: int = 10, space: Space = PLANE) -> None:
        stem = nn.Sequential(space.conv(channels, 6, 5), nn.Tanh(), space.mean_pool(2))
        body = nn.Sequential(
            space.conv(6, 16, 5), nn.Tanh(), space.mean_pool(2),
            space.conv(16, 120, 5), nn.Tanh(),
        )  # fmt: skip
        head = nn.Sequential(space.global_mean(1), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, classes))
        super().__init__(OrderedDict(stem=stem, body=body, head=head))
        glorot(self)
