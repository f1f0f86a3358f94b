"""What networks were published to reach on ImageNet: top-1 accuracy in percent, single crop, and who says so."""

from typing import NamedTuple

from svertka.zoo.published import TORCHVISION


class Accuracy(NamedTuple):
    """A published accuracy and its source."""

    percent: float
    source: str


MOBILENET, SENET, INCEPTION = "arXiv:1704.04861, table 6", "arXiv:1709.01507, table 2", "arXiv:1602.07261, table 2"
PAPERS: dict[str, Accuracy] = {
    "mobilenet_100": Accuracy(70.6, MOBILENET), "mobilenet_075": Accuracy(68.4, MOBILENET),
    "mobilenet_050": Accuracy(63.7, MOBILENET), "mobilenet_025": Accuracy(50.6, MOBILENET),
    "seresnet50": Accuracy(76.71, SENET), "seresnet101": Accuracy(77.62, SENET), "seresnet152": Accuracy(78.43, SENET),
    "seresnext50_32x4d": Accuracy(78.90, SENET), "seresnext101_32x4d": Accuracy(79.30, SENET),
    "inception_v4": Accuracy(80.0, INCEPTION), "inception_resnet_v1": Accuracy(78.7, INCEPTION),
    "inception_resnet_v2": Accuracy(80.1, INCEPTION),
}  # fmt: skip


def published() -> dict[str, Accuracy]:
    """Every network with a published accuracy; of several weights of torchvision's the first, of the paper's recipe."""
    weights = {
        name: Accuracy(kinds[first].accuracy, f"torchvision {first}")
        for name, kinds in TORCHVISION.items()
        for first in list(kinds)[:1]
    }
    return {**PAPERS, **weights}
