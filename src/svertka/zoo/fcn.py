"""Fully convolutional networks: a classifier's answer at every place of an image of any size.

The linear layers of a classifier are convolutions in disguise. Turned into such they give coarse maps of scores, which
transposed convolutions bring back to full size; finer maps from earlier layers are added on the way.
"""

from copy import deepcopy
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from svertka.errors import SettingError
from svertka.nn import PLANE, Space, bilinear, cropped, padded_to
from svertka.zoo.registry import architecture, find, variant

TRIAL = 256  # the side of the image that shows how much each layer shrinks

Layers = list[nn.Module]


def chained(module: nn.Module) -> Layers:
    """The layers of sequences within sequences, one after another."""
    if not isinstance(module, nn.Sequential):
        return [module]
    return [layer for child in module for layer in chained(child)]


def shrinkings(layers: Layers, channels: int, space: Space) -> list[int]:
    """By how much the image has shrunk behind each layer.

    Raises:
        SettingError: by no whole number, so that places cannot be found again.
    """
    found = []
    x = torch.empty(1, channels, *[TRIAL] * space.rank, device="meta")
    for layer in layers:
        x = deepcopy(layer).to("meta").eval()(x)
        if TRIAL % x.shape[-1]:
            raise SettingError("an FCN needs a backbone that halves sizes exactly, as vgg16 or resnet50 do")
        found.append(TRIAL // x.shape[-1])
    return found


def ends(layers: Layers, shrunk: list[int], skips: int) -> list[int]:
    """Where the last `skips + 1` resolutions are looked at, as numbers of layers.

    That is behind the pooling that makes a resolution, as in the paper; where a block makes it, behind the last one.
    """
    found = []
    for stride in sorted(set(shrunk))[-skips - 1 :]:
        first, last = shrunk.index(stride), len(shrunk) - 1 - shrunk[::-1].index(stride)
        pooled = isinstance(layers[first], (nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AvgPoolNd))
        found.append(first if pooled and stride < shrunk[-1] else last)
    return [place + 1 for place in found]


def turned(head: nn.Module, cin: int, space: Space) -> Layers:
    """The layers of a classifier before its last, its linear ones as convolutions with the same weights."""
    layers = chained(head)
    deciding = max(place for place, layer in enumerate(layers) if list(layer.parameters()))
    made: Layers = []
    for layer in layers[:deciding]:
        if isinstance(layer, nn.Linear):
            kernel = round((layer.in_features / cin) ** (1 / space.rank))
            conv = space.conv(cin, layer.out_features, kernel, padding=(kernel - 1) // 2)
            weight = layer.weight.reshape(-1, cin, *[kernel] * space.rank)
            if not weight.is_meta:
                conv.load_state_dict({"weight": weight, "bias": layer.bias})
            made += [conv] if kernel % 2 else [Longer(), conv]
            cin = layer.out_features
        elif isinstance(layer, (nn.ReLU, nn.Dropout)):
            made.append(layer)
    return made


class Longer(nn.Module):
    """One zero at the end of every axis, for kernels of even length."""

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x, (0, 1) * (x.dim() - 2))


@architecture(
    paper="arXiv:1411.4038",
    year=2014,
    sample=(3, 500, 500),
    classes=21,
    task="segment",
    variants={
        "fcn32s": variant(136_152_917, 111_264_399_360, skips=0),
        "fcn16s": variant(134_815_994, 111_277_215_744, skips=1),
        "fcn8s": variant(134_489_759, 111_306_461_184, skips=2),
        "fcn1s_resnet20": variant(286_040, 10_708_500_000, skips=2, backbone="resnet20"),
        "fcn8s_resnet18": variant(11_322_399, 9_965_654_016, skips=2, backbone="resnet18"),
        "fcn8s_resnet50": variant(23_710_367, 21_901_725_696, skips=2, backbone="resnet50"),
        "fcn8s_mobilenet": variant(3_371_679, 3_476_017_152, skips=2, backbone="mobilenet_100"),
    },
)
class FCN(nn.Module):
    """A classifier turned convolutional, with scores for every pixel of an image of any size.

    `backbone` is any classifier of the zoo that halves sizes exactly, and `skips` how many finer maps are added: 2
    with a backbone that shrinks to 1/32 is the paper's FCN-8s; the number in a name is the step of the finest map.
    Scores are `(batch, classes, *sizes)`. Images are padded at their ends to a multiple of the coarsest step, where the
    paper pads all by 100. Upsampling starts as linear interpolation, and the finer maps as zeros.
    """

    def __init__(
        self,
        *,
        skips: int,
        backbone: str = "vgg16",
        channels: int = 3,
        classes: int = 21,
        space: Space = PLANE,
    ) -> None:
        super().__init__()
        source = find(backbone).build(channels=channels, space=space)
        parts = dict(source.named_children())
        layers = [*chained(parts["stem"]), *chained(parts["body"])]
        shrunk = shrinkings(layers, channels, space)
        cuts = ends(layers, shrunk, skips)
        strides = [shrunk[cut - 1] for cut in cuts]
        widths = [_width(layers[:cut], channels, space) for cut in cuts]
        deep = turned(parts["head"], widths[-1], space)
        layers, cuts[-1] = layers + deep, len(layers) + len(deep)
        widths[-1] = _width(layers, channels, space)
        self.step = strides[-1]
        self.stages = nn.ModuleList(nn.Sequential(*layers[a:b]) for a, b in pairwise([0, *cuts]))
        self.scores = nn.ModuleList(space.conv(width, classes, 1) for width in widths)
        self.ups = nn.ModuleList(bilinear(space, classes, b // a) for a, b in pairwise([1, *strides]))
        for score in list(self.scores)[:-1]:
            for weight in score.parameters():
                nn.init.zeros_(weight)

    def forward(self, x: Tensor) -> Tensor:
        sizes = x.shape[2:]
        x = padded_to(x, self.step)
        maps = []
        for stage, score in zip(self.stages, self.scores, strict=True):
            x = stage(x)
            maps.append(score(x))
        coarse = maps.pop()
        for up in reversed(self.ups):
            coarse = up(coarse)
            coarse = coarse + maps.pop() if maps else coarse
        return cropped(coarse, sizes)


def _width(layers: Layers, channels: int, space: Space) -> int:
    """How many channels come out of these layers."""
    x = torch.empty(1, channels, *[TRIAL] * space.rank, device="meta")
    for layer in layers:
        x = deepcopy(layer).to("meta").eval()(x)
    return int(x.shape[1])
