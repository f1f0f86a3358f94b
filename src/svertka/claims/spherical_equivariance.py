"""How far layers on SO(3) are from turning with their input, by bandwidth and by depth.

The figure is that of Cohen et al. 2018, section 5.1: for random rotations `R` and random signals `f`,

    Δ = mean of  std(L_R Φ(f) - Φ(L_R f)) / std(Φ(f)),

where `Φ` is a stack of SO(3) correlations with fresh filters. Rotations are generic: turns about the z-axis alone are
shifts of the grid, and would say nothing of the transforms. Signals are band-limited, so that turning them is exact.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn

from svertka.claims.values import Claim, Findings, Work
from svertka.drawing.trends import trends
from svertka.geometry import random_rotations
from svertka.nn import Oversampled, RotationConv
from svertka.ops import rotate, rotation_fft, rotation_ifft

COLUMNS = ("between layers", "bandwidth", "depth", "error", "milliseconds")
RELU, FINER = "ReLU", "ReLU, 2x oversampled"
PUBLISHED = (
    "Published, as curves: without ReLU the error grows slowly with bandwidth and depth; with ReLU it is much larger "
    "and does not grow: it comes from frequencies above the bandwidth, which ReLU makes, and not from the transforms."
)


@dataclass(frozen=True)
class Kind:
    """What stands between two correlations, and in which precision all is computed."""

    between: Callable[[], nn.Module]
    dtype: torch.dtype = torch.float32


KINDS = {
    "nothing, float64": Kind(nn.Identity, torch.float64),
    "nothing": Kind(nn.Identity),
    RELU: Kind(nn.ReLU),
    FINER: Kind(lambda: Oversampled(nn.ReLU(), factor=2)),
}


@dataclass(frozen=True)
class Extent:
    """Which networks are tried: every bandwidth at `depth`, and every depth at `bandwidth`."""

    bandwidths: tuple[int, ...]
    depths: tuple[int, ...]
    bandwidth: int
    depth: int
    channels: int
    pairs: int


@dataclass(frozen=True)
class Measured:
    """The error of one network, and how long it takes for one signal."""

    between: str
    bandwidth: int
    depth: int
    error: float
    milliseconds: float


QUICK = Extent(bandwidths=(4, 8, 12, 16, 24), depths=(1, 2, 3, 4, 6), bandwidth=8, depth=2, channels=4, pairs=6)
FULL = Extent(
    bandwidths=(4, 8, 12, 16, 20, 24, 30), depths=(1, 2, 3, 4, 6, 8, 10), bandwidth=12, depth=4, channels=10, pairs=50
)


def tried(work: Work) -> Findings:
    """Errors by bandwidth and by depth, for every kind of layers between the correlations."""
    return compared(FULL if work.full else QUICK, work.seed)


def compared(extent: Extent, seed: int) -> Findings:
    """The same for networks of any extent."""
    rows = [measured(name, b, depth, extent, seed) for name in KINDS for b, depth in _networks(extent)]
    at_depth = [row for row in rows if row.depth == extent.depth]
    at_bandwidth = [row for row in rows if row.bandwidth == extent.bandwidth]
    picture = trends(
        {name: _series(at_depth, name, "bandwidth") for name in KINDS},
        {name: _series(at_bandwidth, name, "depth") for name in KINDS},
        xlabels=["bandwidth b", "correlations, one after another"], ylabel="equivariance error Δ",
        titles=[f"by bandwidth, depth {extent.depth}", f"by depth, b = {extent.bandwidth}"],
    )  # fmt: skip
    settings = {"channels": extent.channels, "pairs": extent.pairs}
    return Findings(COLUMNS, [astuple(row) for row in rows], picture, settings, (PUBLISHED, _worth(rows)))


def measured(name: str, b: int, depth: int, extent: Extent, seed: int) -> Measured:
    """A fresh network of one kind, tried on as many signals and rotations as there shall be pairs."""
    kind = KINDS[name]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = stacked(kind, b, depth, extent.channels).to(kind.dtype).eval()
        signals = [_noise(b, extent.channels, kind.dtype) for _ in range(extent.pairs)]
        angles = zip(*random_rotations(extent.pairs, np.random.default_rng(seed)), strict=True)
        errors = [error(network, f, angle) for f, angle in zip(signals, angles, strict=True)]
        begin = perf_counter()
        for f in signals:
            network(f)
        spent = 1e3 * (perf_counter() - begin) / extent.pairs
    return Measured(name, b, depth, float(np.mean(errors)), spent)


def stacked(kind: Kind, b: int, depth: int, channels: int) -> nn.Sequential:
    """Correlations one after another, with fresh filters near the identity."""
    layers: list[nn.Module] = [RotationConv(channels, channels, b, b)]
    for _ in range(depth - 1):
        layers += [kind.between(), RotationConv(channels, channels, b, b)]
    return nn.Sequential(*layers)


def error(network: nn.Module, f: Tensor, angles: tuple[float, float, float]) -> float:
    """How far turning before is from turning after, for one signal `(1, channels, 2b, 2b, 2b)`."""
    y = network(f)
    difference = rotate(y, angles, space="rotations") - network(rotate(f, angles, space="rotations"))
    return float(difference.std() / y.std())


def _noise(b: int, channels: int, dtype: torch.dtype) -> Tensor:
    noise = torch.randn(1, channels, 2 * b, 2 * b, 2 * b, dtype=dtype)
    limited: Tensor = rotation_ifft(rotation_fft(noise))
    return limited


def _networks(extent: Extent) -> Iterator[tuple[int, int]]:
    """Every bandwidth and depth, once."""
    wanted = [(b, extent.depth) for b in extent.bandwidths] + [(extent.bandwidth, depth) for depth in extent.depths]
    yield from dict.fromkeys(wanted)


def _series(rows: Sequence[Measured], name: str, places: str) -> tuple[list[float], list[float]]:
    """Places and errors of one kind."""
    chosen = sorted((getattr(row, places), row.error) for row in rows if row.between == name)
    return [place for place, _ in chosen], [error for _, error in chosen]


def _worth(rows: Sequence[Measured]) -> str:
    """What oversampling gains and costs."""
    coarse, fine = ([row for row in rows if row.between == name and row.depth > 1] for name in (RELU, FINER))
    gains = [one.error / other.error for one, other in zip(coarse, fine, strict=True)]
    costs = [other.milliseconds / one.milliseconds for one, other in zip(coarse, fine, strict=True)]
    return (
        f"Evaluating ReLU on a grid twice as fine makes the error {min(gains):.2g} to {max(gains):.2g} times smaller, "
        f"for {min(costs):.2g} to {max(costs):.2g} times the time."
    )


CLAIM = Claim(
    name="spherical-equivariance",
    says="Correlations on SO(3) turn with their input up to rounding, whatever the bandwidth and the depth.",
    paper="Cohen et al. 2018, arXiv:1801.10130, section 5.1",
    quick="4 channels, bandwidths to 24, depths to 6, 6 rotations; ten seconds",
    full="10 channels, bandwidths to 30, depths to 10, 50 rotations; an hour",
    tried=tried,
)
