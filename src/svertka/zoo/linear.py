"""The linear classifier: one weight for each pixel and class."""

from collections import OrderedDict

from torch import nn

from svertka.nn import PLANE, Space
from svertka.zoo.registry import architecture, variant


@architecture(
    paper="doi:10.1109/5.726791, section III.C.1",
    year=1998,
    sample=(1, 28, 28),
    classes=10,
    variants={"linear": variant(7_850, 7_840)},
)
class Linear(nn.Sequential):
    """Every class has an image of weights, and the best match wins.

    The weights are one convolution as large as the image: `size` is that image's side, or all of its sides.
    """

    def __init__(
        self, *, size: int | tuple[int, ...] = 28, channels: int = 1, classes: int = 10, space: Space = PLANE
    ) -> None:
        head = nn.Sequential(space.conv(channels, classes, size), nn.Flatten())
        super().__init__(OrderedDict(stem=nn.Identity(), body=nn.Identity(), head=head))
