"""Shapes seen from all sides: a spherical network knows them turned too, a planar one does not.

A stand-in for SHREC17, whose meshes may not be handed on: shapes of twelve kinds, made here, as six channels of
distances and normals (Cohen et al. 2018, arXiv:1801.10130, section 5.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from svertka.claims.made_shapes import kinds, shapes
from svertka.claims.trained import trained
from svertka.claims.values import Claim, Findings, Work
from svertka.data.datasets import DataSet
from svertka.data.spheres.shapes import CHANNELS
from svertka.drawing import bars
from svertka.evaluation import ClassReport, evaluate
from svertka.measure import cost

UPRIGHT, TURNED = "NR", "R"
CASES = ((UPRIGHT, UPRIGHT), (TURNED, TURNED), (UPRIGHT, TURNED))  # trained on, tested on
UNCHANGED = {"crop": 0, "rotation": 0, "zoom": 0, "flip": "none"}  # shapes are turned by the claim alone


@dataclass(frozen=True)
class Network:
    """A network and the rate at which it is trained with Adam."""

    name: str
    rate: float


@dataclass(frozen=True)
class Extent:
    """How many shapes there are in each part, for how many epochs they are learned, and how they are seen, by whom."""

    train: int
    test: int
    epochs: int
    bandwidth: int
    networks: Mapping[str, Network]
    batch: int = 32


QUICK = Extent(
    train=2400, test=960, epochs=8, bandwidth=16,
    networks={"planar": Network("lenet5", 1e-3), "spherical": Network("spherical_mnist", 5e-3)},
)  # fmt: skip
FULL = Extent(
    train=7200, test=2400, epochs=20, bandwidth=64,
    networks={"planar": Network("resnet20", 1e-3), "spherical": Network("spherical_shrec17", 5e-3)},
)  # fmt: skip


def tried(work: Work) -> Findings:
    """Accuracies of both networks in all three cases."""
    return compared(work, FULL if work.full else QUICK)


def compared(work: Work, extent: Extent) -> Findings:
    """The same for shapes and networks of any extent."""
    counts = {"train": extent.train, "test": extent.test}
    made = {
        pose: shapes(counts, extent.bandwidth, work.seed, turn=pose == TURNED, name=pose) for pose in (UPRIGHT, TURNED)
    }
    reached = {kind: accuracies(work, extent, kind, network, made) for kind, network in extent.networks.items()}
    names = [f"{learned}/{tested}" for learned, tested in CASES]
    return Findings(
        ("kind", "network", "parameters", "trained/tested", "accuracy"),
        [
            (kind, network.name, _size(network, extent), name, accuracy)
            for kind, network in extent.networks.items()
            for name, accuracy in zip(names, reached[kind], strict=True)
        ],
        bars(names, reached, label="accuracy"),
        {"optimiser": "adam", "rates": {kind: network.rate for kind, network in extent.networks.items()},
         "batch": extent.batch, "epochs": extent.epochs, "bandwidth": extent.bandwidth, **counts},
        (f"NR: shapes as they stand; R: each turned at random. Chance is 1/{len(kinds())}.",
         "Nothing is published for these shapes; for SHREC17 itself the paper has a mean average precision of 0.676."),
    )  # fmt: skip


def accuracies(
    work: Work, extent: Extent, kind: str, network: Network, made: Mapping[str, DataSet]
) -> tuple[float, ...]:
    """The accuracy of one network in every case; for each data set it is trained once."""
    recipe = {"optimiser": "adam", "rate": network.rate, "batch": extent.batch, "epochs": extent.epochs, **UNCHANGED}
    runs = {
        pose: trained(work.folder / f"{kind}-{pose}", network.name, data, seed=work.seed, **recipe)
        for pose, data in made.items()
    }
    reports = [evaluate(runs[learned], made[tested], part="test").report for learned, tested in CASES]
    return tuple(report.accuracy for report in reports if isinstance(report, ClassReport))


def _size(network: Network, extent: Extent) -> int:
    return cost(network.name, size=2 * extent.bandwidth, classes=len(kinds()), channels=len(CHANNELS)).parameters


CLAIM = Claim(
    name="shapes",
    says="A spherical network that has seen shapes upright knows them turned, where a planar one does not.",
    paper="Cohen et al. 2018, arXiv:1801.10130, section 5.3",
    quick="2,400 shapes at bandwidth 16 for 8 epochs, 960 to be tested on; the network for digits; ten minutes",
    full="7,200 shapes at bandwidth 64 for 20 epochs, 2,400 to be tested on; the network for SHREC17; days",
    tried=tried,
)
