"""The order in which a network's layers were written down, from their names alone, where a file has sorted these."""

import re
from collections.abc import Iterable

# Names without numbers, in their order: of a tensor, of a layer, of a part.
ORDER = (
    "weight", "bias", "running_mean", "running_var",
    "stem", "features", "stages", "norm", "conv", "bn", "pre_logits", "se", "se_module", "downsample",
    "conv2d_1a", "conv2d_2a", "conv2d_2b", "conv2d_3b", "conv2d_4a", "mixed_5b", "repeat", "mixed_6a", "repeat_1",
    "mixed_7a", "repeat_2", "block8", "conv2d_7b", "conv2d",
    "head", "classifier", "classif", "last_linear", "fc",
)  # fmt: skip
OTHERS = ORDER.index("head") - 0.5
RANK = {name: place for place, name in enumerate(ORDER)}
NUMBERED = re.compile(r"([a-z]*?)(\d+)(.*)")
EARLIER = ("branch5x5_1", "branch5x5_2")  # of Inception v3, which come before the 3x3
# What else networks of torchvision and timm call their parts.
KNOWN = re.compile(
    r"\d+|(conv|bn|norm|layer|denseblock|denselayer|transition|fc)\d+|branch\w+|(Conv2d|Mixed)_\w+|blocks|AuxLogits"
)
Key = tuple[float, float, str]


def understood(names: Iterable[str]) -> bool:
    """Whether all names are of kinds whose order is known, so that equal shapes cannot be mistaken for one another."""
    parts = {part for name in names for part in name.split(".")}
    return all(part in RANK or KNOWN.fullmatch(part) for part in parts)


def in_order(names: Iterable[str]) -> list[str]:
    """Names of weights in the order of the layers, for networks named as timm names them.

    Numbers decide first, then what bears them: `conv1`, `bn1`, `layer1`, and where normalisation goes before,
    `norm1`, `conv1`. What has no number comes behind, in the order of `ORDER`.

    >>> in_order(["fc.bias", "fc.weight", "layer1.0.conv1.weight", "layer1.0.bn1.weight", "bn1.bias", "conv1.weight"])
    ['conv1.weight', 'bn1.bias', 'layer1.0.conv1.weight', 'layer1.0.bn1.weight', 'fc.weight', 'fc.bias']
    """
    return sorted(names, key=lambda name: [_key(part) for part in name.split(".")])


def _key(part: str) -> Key:
    if part in RANK:
        return float("inf"), RANK[part], part
    found = NUMBERED.fullmatch(part)
    if not found:
        return float("inf"), OTHERS, part
    kind, number = found[1], 2 if part in EARLIER else int(found[2])
    rank = RANK.get(kind, OTHERS)
    return number, -1 if kind == "conv" and number == 0 else rank, found[3]
