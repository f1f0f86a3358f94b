"""VGG: nothing but 3x3 convolutions, in cascades that see as far as 5x5 and 7x7 do, and three linear layers."""

from collections import OrderedDict

from torch import nn

from svertka.errors import ShapeError
from svertka.nn import PLANE, Space, classifier
from svertka.nn.initial import NORMS, he
from svertka.zoo.registry import architecture, variant

WIDTHS = (64, 128, 256, 512, 512)
A, B, D, E = (1, 1, 2, 2, 2), (2, 2, 2, 2, 2), (2, 2, 3, 3, 3), (2, 2, 4, 4, 4)  # the paper's letters


def grown(deep: nn.Module, shallow: nn.Module) -> None:
    """Start a deep network from a shallow one that is trained: its first four convolutions and all linear layers.

    The layers between start at random, as in section 3.1 of the paper, where A is trained so before D and E. With
    normalisation that of the four convolutions is taken along.

    Raises:
        ShapeError: the layers of the two do not fit.
    """
    ours, theirs = deep.state_dict(), shallow.state_dict()
    pairs = zip(_first(deep), _first(shallow), strict=False)
    sources = {f"body.{one}.": f"body.{two}." for one, two in pairs} | {"head.": "head."}
    taken = {one + key.removeprefix(two): key for one, two in sources.items() for key in theirs if key.startswith(two)}
    wrong = [key for key, source in taken.items() if key not in ours or ours[key].shape != theirs[source].shape]
    if wrong:
        raise ShapeError(f"the deep network cannot grow from this one: {wrong[0]} does not fit")
    deep.load_state_dict({**ours, **{key: theirs[source] for key, source in taken.items()}})


def _first(network: nn.Module) -> list[int]:
    """Where the first convolutions of the first two stages and the first two of the third stand, with their norms."""
    stages: list[list[int]] = [[]]
    layers = list(dict(network.named_children())["body"].children())
    for place, layer in enumerate(layers):
        if list(layer.parameters()):
            stages[-1].append(place)
        elif not isinstance(layer, nn.ReLU):
            stages.append([])
    each = 2 if any(isinstance(layer, NORMS) for layer in layers) else 1
    return [*stages[0][:each], *stages[1][:each], *stages[2][: 2 * each]]


@architecture(
    paper="arXiv:1409.1556",
    year=2014,
    sample=(3, 224, 224),
    variants={
        "vgg11": variant(132_863_336, 7_609_090_048, depths=A),
        "vgg13": variant(133_047_848, 11_308_466_176, depths=B),
        "vgg16": variant(138_357_544, 15_470_264_320, depths=D),
        "vgg19": variant(143_667_240, 19_632_062_464, depths=E),
        "vgg11_bn": variant(132_868_840, 7_609_090_048, depths=A, normalised=True),
        "vgg13_bn": variant(133_053_736, 11_308_466_176, depths=B, normalised=True),
        "vgg16_bn": variant(138_365_992, 15_470_264_320, depths=D, normalised=True),
        "vgg19_bn": variant(143_678_248, 19_632_062_464, depths=E, normalised=True),
    },
)
class VGG(nn.Sequential):
    """Five stages of 3x3 convolutions, each followed by a pooling that halves the size, and three linear layers.

    With `small` a mean and one linear layer decide, since images of 32x32 leave a single place.
    """

    def __init__(
        self,
        *,
        depths: tuple[int, ...],
        normalised: bool = False,
        small: bool = False,
        channels: int = 3,
        classes: int = 1000,
        space: Space = PLANE,
    ) -> None:
        body = nn.Sequential()
        cin = channels
        for width, depth in zip(WIDTHS, depths, strict=True):
            for _ in range(depth):
                body.append(space.conv(cin, width, 3, padding=1))
                if normalised:
                    body.append(space.norm(width))
                body.append(nn.ReLU(inplace=True))
                cin = width
            body.append(space.max_pool(2))
        head = classifier(space, cin, classes) if small else nn.Sequential(
            space.global_mean(7), nn.Flatten(),
            nn.Linear(cin * 7**space.rank, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5),
            nn.Linear(4096, classes),
        )  # fmt: skip
        super().__init__(OrderedDict(stem=nn.Identity(), body=body, head=head))
        he(self)
