"""Weights that others have published, for the networks that are theirs too.

A network has its layers in the same order wherever it is written down; only their names differ. So weights are taken
over in that order, and each is checked by its kind and its shape. Auxiliary classifiers come last with us. Where a file
has sorted its names, as safetensors do, their order is worked out first.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from svertka.errors import DataError, SettingError, ShapeError, UnknownName
from svertka.zoo.fetching import fetched
from svertka.zoo.ordering import in_order, understood

log = logging.getLogger(__name__)

PARTS = ("stem", "head")
COUNTER = "num_batches_tracked"
SORTED = ".safetensors"
TORCHVISION_SITE = "https://download.pytorch.org/models/"
HUB = "https://huggingface.co/"


@dataclass(frozen=True)
class Published:
    """A file of weights for ImageNet: its top-1 accuracy in percent, and what is done to images before.

    The shorter side is brought to `resize`, the middle `size` is cut out, and pixels become
    `(pixel / 255 - mean) / deviation`.
    """

    file: str
    accuracy: float
    size: int = 224
    resize: int = 256
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    deviation: tuple[float, float, float] = (0.229, 0.224, 0.225)

    @property
    def address(self) -> str:
        """Where it lies."""
        return f"{TORCHVISION_SITE}{self.file}.pth"


def _second(file: str, accuracy: float) -> Published:
    """Weights of torchvision's second recipe, which is tested on slightly smaller cuts."""
    return Published(file, accuracy, resize=232)


HALVES = (0.5, 0.5, 0.5)
FIRST, SECOND = "IMAGENET1K_V1", "IMAGENET1K_V2"
TORCHVISION: dict[str, dict[str, Published]] = {
    "alexnet": {FIRST: Published("alexnet-owt-7be5be79", 56.522)},
    "vgg11": {FIRST: Published("vgg11-8a719046", 69.02)},
    "vgg13": {FIRST: Published("vgg13-19584684", 69.928)},
    "vgg16": {FIRST: Published("vgg16-397923af", 71.592)},
    "vgg19": {FIRST: Published("vgg19-dcbb9e9d", 72.376)},
    "vgg11_bn": {FIRST: Published("vgg11_bn-6002323d", 70.37)},
    "vgg13_bn": {FIRST: Published("vgg13_bn-abd245e5", 71.586)},
    "vgg16_bn": {FIRST: Published("vgg16_bn-6c64b313", 73.36)},
    "vgg19_bn": {FIRST: Published("vgg19_bn-c79401a0", 74.218)},
    "googlenet": {FIRST: Published("googlenet-1378be20", 69.778, mean=HALVES, deviation=HALVES)},
    "inception_v3": {
        FIRST: Published("inception_v3_google-0cc3c7bd", 77.294, size=299, resize=342, mean=HALVES, deviation=HALVES)
    },
    "resnet18": {FIRST: Published("resnet18-f37072fd", 69.758)},
    "resnet34": {FIRST: Published("resnet34-b627a593", 73.314)},
    "resnet50": {FIRST: Published("resnet50-0676ba61", 76.13), SECOND: _second("resnet50-11ad3fa6", 80.858)},
    "resnet101": {FIRST: Published("resnet101-63fe2227", 77.374), SECOND: _second("resnet101-cd907fc2", 81.886)},
    "resnet152": {FIRST: Published("resnet152-394f9c45", 78.312), SECOND: _second("resnet152-f82ba261", 82.284)},
    "wide_resnet50_2": {
        FIRST: Published("wide_resnet50_2-95faca4d", 78.468), SECOND: _second("wide_resnet50_2-9ba9bcbe", 81.602),
    },
    "wide_resnet101_2": {
        FIRST: Published("wide_resnet101_2-32ee1156", 78.848), SECOND: _second("wide_resnet101_2-d733dc28", 82.51),
    },
    "resnext50_32x4d": {
        FIRST: Published("resnext50_32x4d-7cdf4587", 77.618), SECOND: _second("resnext50_32x4d-1a0047aa", 81.198),
    },
    "resnext101_32x8d": {
        FIRST: Published("resnext101_32x8d-8ba56ff5", 79.312), SECOND: _second("resnext101_32x8d-110c445d", 82.834),
    },
    "resnext101_64x4d": {FIRST: _second("resnext101_64x4d-173b62eb", 83.246)},
    "densenet121": {FIRST: Published("densenet121-a639ec97", 74.434)},
    "densenet161": {FIRST: Published("densenet161-8d451a50", 77.138)},
    "densenet169": {FIRST: Published("densenet169-b2777c0a", 75.6)},
    "densenet201": {FIRST: Published("densenet201-c1103571", 76.896)},
    "squeezenet1_0": {FIRST: Published("squeezenet1_0-b66bff10", 58.092)},
    "squeezenet1_1": {FIRST: Published("squeezenet1_1-b8a52dc0", 58.178)},
}  # fmt: skip


class Pair(NamedTuple):
    """A weight of ours and the one of theirs that stands in its place."""

    ours: str
    theirs: str


def published(variant: str, weights: str) -> Published:
    """What is known of named weights: where they lie, how accurate they are, and what is done to images before.

    Raises:
        UnknownName: torchvision has no weights of this name for the network.
        SettingError: they are not torchvision's, and say nothing of that.
    """
    kind, _, name = weights.partition(":")
    if kind != "torchvision":
        raise SettingError(f"weights {weights} say nothing of their preprocessing; wanted torchvision:NAME")
    known = TORCHVISION.get(variant, {})
    if name not in known:
        raise UnknownName(f"set of torchvision's weights for {variant}", name, known)
    return known[name]


def located(variant: str, weights: str | Path) -> Path:
    """The file that is meant: a path, `torchvision:NAME`, `timm:NAME`, `hf:OWNER/REPOSITORY/FILE`, or a web address.

    Raises:
        UnknownName: torchvision has no weights of this name for the network.
        DataError: there is no such file, or it cannot be fetched.
    """
    text = str(weights)
    kind, _, name = text.partition(":")
    if kind == "torchvision":
        return fetched(published(variant, text).address)
    if kind == "timm":
        return fetched(f"{HUB}timm/{name}/resolve/main/model.safetensors")
    if kind == "hf":
        owner, repository, file = (*name.split("/", 2), "", "")[:3]
        return fetched(f"{HUB}{owner}/{repository}/resolve/main/{file}")
    if kind in ("http", "https"):
        return fetched(text)
    path = Path(weights).expanduser()
    if not path.is_file():
        raise DataError(f"there is no file of weights {path}")
    return path


def checkpoint(path: Path) -> dict[str, Tensor]:
    """The weights in a `.safetensors` file, or in what torch has saved; nothing else in it is run.

    Raises:
        DataError: it is damaged, or holds no weights.
    """
    try:
        if path.suffix == SORTED:
            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise DataError(f"{path} cannot be read as weights: {str(error).partition(chr(10))[0]}") from None
    weights = next((found[key] for key in ("state_dict", "model") if isinstance(found, dict) and key in found), found)
    if not isinstance(weights, Mapping) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise DataError(f"{path} holds no weights by their names")
    return dict(weights)


def take_over(network: nn.Module, weights: Mapping[str, Tensor], source: str, *, adapt: Collection[str] = ()) -> None:
    """Put published weights into a network.

    `adapt` names what may differ: `stem`, the channels of the first layer, whose weights are then repeated or summed
    over channels; and `head`, the number of classes, whose layers then stay as they started.

    Raises:
        ShapeError: the weights are those of another network; the message names the first that does not fit.
        SettingError: an unknown part in `adapt`.
    """
    if unknown := [part for part in adapt if part not in PARTS]:
        raise SettingError(f"adapt should name {' or '.join(PARTS)}, not {unknown[0]!r}")
    ours = network.state_dict()
    first = next(name for name, value in ours.items() if value.dim() > 2)
    taken = {}
    for pair in _paired(ours, weights, source):
        mine, theirs = ours[pair.ours], weights[pair.theirs]
        if theirs.numel() == mine.numel() and _alike(mine, theirs):
            taken[pair.ours] = theirs.reshape(mine.shape)
        elif pair.ours == first and mine.shape[:1] + mine.shape[2:] == theirs.shape[:1] + theirs.shape[2:]:
            _allow("stem", adapt, f"{source} is for {theirs.shape[1]} channels, and here are {mine.shape[1]}")
            taken[pair.ours] = _folded(theirs, mine.shape[1])
        elif pair.ours.startswith(("head", "sides")) and mine.shape[1:] == theirs.shape[1:]:
            _allow("head", adapt, f"{source} is for {theirs.shape[0]} classes, and here are {mine.shape[0]}")
        else:
            found, wanted = tuple(theirs.shape), tuple(mine.shape)
            raise ShapeError(f"{source} does not fit: its {pair.theirs} is {found}, but {pair.ours} is {wanted}")
    network.load_state_dict({**ours, **taken})


def _paired(ours: Mapping[str, Tensor], theirs: Mapping[str, Any], source: str) -> list[Pair]:
    """Weights of both by their names, or in order; without counters, which old files do not have."""
    mine, other = ([name for name in names if not name.endswith(COUNTER)] for names in (ours, theirs))
    if set(mine) == set(other):
        return [Pair(name, name) for name in mine]
    if source.endswith(SORTED) and not understood(other):
        raise ShapeError(f"{source} is sorted by names that are not known; wanted a .pth, which keeps their order")
    given = [] if source.endswith(SORTED) else [other]
    for names in (*given, *([in_order(other)] if understood(other) else [])):
        ordered = sorted(names, key=_is_auxiliary)
        main = [name for name in mine if not name.startswith("sides")]
        bare = len(ordered) < len(mine) and not any(map(_is_auxiliary, ordered))
        pairs = [Pair(one, two) for one, two in zip(main if bare else mine, ordered, strict=False)]
        counted = len(ordered) == len(main if bare else mine)
        if counted and all(_kind(pair.ours) == _kind(pair.theirs) for pair in pairs):
            return pairs
    counts = f"{len(other)} of them, where {len(mine)} are wanted"
    raise ShapeError(f"{source} holds the weights of another network: {counts}")


def _kind(name: str) -> str:
    """What a weight is of its layer: weight, bias, running_mean or running_var."""
    return name.rpartition(".")[2]


def _is_auxiliary(name: str) -> bool:
    return name.lower().startswith("aux")


def _alike(mine: Tensor, theirs: Tensor) -> bool:
    """The same shape, or that of the same linear map written as a convolution."""
    return mine.shape == theirs.shape or (mine.shape[0] == theirs.shape[0] and 2 in (mine.dim(), theirs.dim()))


def _folded(weight: Tensor, channels: int) -> Tensor:
    """A first layer for other channels, which answers to equal channels as the original did.

    Its channels are repeated where that comes out even, and else their mean is.
    """
    have = weight.shape[1]
    source = weight if channels % have == 0 else weight.mean(dim=1, keepdim=True)
    return source.repeat(1, channels // source.shape[1], *[1] * (weight.dim() - 2)) * have / channels


def _allow(part: str, adapt: Collection[str], fact: str) -> None:
    if part not in adapt:
        raise ShapeError(f"{fact}; to change its {part}, say adapt=[{part!r}]")
    log.info("%s: the %s is adapted", fact, part)
