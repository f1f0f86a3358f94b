"""Spherical digits: a spherical network keeps its accuracy when they are turned, a planar one falls to chance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from svertka.claims.places import located
from svertka.claims.trained import trained
from svertka.claims.values import Claim, Findings, Work
from svertka.data.datasets import DataSet, subset
from svertka.data.sets import open_data
from svertka.drawing import bars
from svertka.evaluation import ClassReport, evaluate
from svertka.measure import cost

BANDWIDTH = 30
PLAIN, TURNED = "NR", "R"
CASES = ((PLAIN, PLAIN), (TURNED, TURNED), (PLAIN, TURNED))  # trained on, tested on
PUBLISHED: Mapping[str, tuple[float, float, float]] = {"planar": (0.98, 0.23, 0.11), "spherical": (0.96, 0.95, 0.94)}
NETWORKS: Mapping[str, str] = {"planar": "lenet5", "spherical": "spherical_mnist"}
UNCHANGED = {"crop": 0, "rotation": 0, "zoom": 0, "flip": "none"}  # digits on a sphere are turned by the claim alone
RECIPE = {"optimiser": "adam", "rate": 1e-2, "batch": 32, **UNCHANGED}


@dataclass(frozen=True)
class Extent:
    """How many images of each part are used (all, where there is no number), and for how many epochs."""

    train: int | None
    test: int | None
    epochs: int
    bandwidth: int = BANDWIDTH


QUICK, FULL = Extent(train=12_000, test=2000, epochs=6), Extent(train=None, test=None, epochs=20)


def tried(work: Work) -> Findings:
    """Accuracies of both networks in all three cases."""
    return compared(work, FULL if work.full else QUICK, NETWORKS)


def compared(work: Work, extent: Extent, networks: Mapping[str, str]) -> Findings:
    """The same for any two networks, and as many images as there shall be."""
    digits = some(open_data(located("mnist", work.data)), extent, work.seed)
    reached = {kind: accuracies(work, extent, kind, name, digits) for kind, name in networks.items()}
    rows = [
        (
            kind,
            networks[kind],
            _size(networks[kind], extent),
            f"{learned}/{tested}",
            PUBLISHED[kind][place],
            values[place],
        )
        for kind, values in reached.items()
        for place, (learned, tested) in enumerate(CASES)
    ]
    series = {
        f"{kind}, {what}": list(values[kind])
        for kind in networks
        for what, values in (("published", PUBLISHED), ("reached", reached))
    }
    return Findings(
        ("kind", "network", "parameters", "trained/tested", "published", "reached"), rows,
        bars([f"{learned}/{tested}" for learned, tested in CASES], series, label="accuracy"),
        {**RECIPE, "epochs": extent.epochs, "train": int((digits.parts == "train").sum()),
         "test": int((digits.parts == "test").sum())},
        ("NR: digits as they are on the sphere; R: each turned at random. Chance is 0.1.",
         "The planar network is LeNet-5, of the same size as the spherical one; the paper's was another of 68 k."),
    )  # fmt: skip


def accuracies(work: Work, extent: Extent, kind: str, name: str, digits: DataSet) -> tuple[float, ...]:
    """The accuracy of one network in every case; it is trained twice, on digits as they are and on turned ones."""
    size = 2 * extent.bandwidth
    runs = {
        turn: trained(
            work.folder / f"{kind}-{turn}", name, digits, project="sphere", size=size, turned=turn == TURNED,
            epochs=extent.epochs, seed=work.seed, **RECIPE,
        )
        for turn in (PLAIN, TURNED)
    }  # fmt: skip
    reports = [
        evaluate(runs[learned], digits, part="test", turned=tested == TURNED).report for learned, tested in CASES
    ]
    return tuple(report.accuracy for report in reports if isinstance(report, ClassReport))


def some(digits: DataSet, extent: Extent, seed: int) -> DataSet:
    """As many images of each part as there shall be, chosen at random."""
    rng = np.random.default_rng(seed)
    parts = [(extent.train, "train"), (extent.test, "test")]
    chosen = [rng.permutation(np.flatnonzero(digits.parts == part))[:count] for count, part in parts]
    return subset(digits, np.sort(np.concatenate(chosen)))


def _size(name: str, extent: Extent) -> int:
    return cost(name, size=2 * extent.bandwidth, classes=10, channels=1).parameters


CLAIM = Claim(
    name="spherical-mnist",
    says="A spherical network keeps its accuracy on digits that are turned, where a planar one falls to chance.",
    paper="Cohen et al. 2018, arXiv:1801.10130, table 1",
    quick="12,000 digits to learn from for 6 epochs, 2,000 to be tested on; ten minutes on two cores",
    full="all 60,000 digits for 20 epochs, all 10,000 to be tested on; hours",
    tried=tried,
    needs="mnist",
)
