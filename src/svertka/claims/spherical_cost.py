"""How the time of spherical transforms and layers grows with the bandwidth, and with which power."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from svertka.claims.values import Claim, Findings, Work
from svertka.drawing.trends import Trend, trends
from svertka.geometry import rotation_grid, rotation_matrix, rotation_weights
from svertka.ops import rotation_sums, sphere_sums
from svertka.training.fitting import contained

Array = NDArray[np.float64]
PAIRS = 2**16  # of rotations at a time, which fit into the processor's fast memory
LEAST = 0.3  # seconds, for which a function is repeated
MOST = 7  # repeats


@dataclass(frozen=True)
class Operation:
    """What is timed: `made(b)` gives a function of nothing; `power` is what is known of its cost."""

    made: Callable[[int], Callable[[], Any]]
    power: str
    quick: tuple[int, ...]
    full: tuple[int, ...]


def direct(b: int) -> Callable[[], Array]:
    """The correlation on SO(3) of a signal with a filter, as it is defined: an integral for every rotation.

    The filter is `exp tr Q`, known everywhere by its formula, so that `(2b)³` products make each of `(2b)³` sums.
    """
    beta, alpha, gamma = rotation_grid(b)
    rotations = torch.from_numpy(rotation_matrix(alpha[:, None], beta[:, None, None], gamma)).reshape(-1, 9)
    weights = np.repeat(rotation_weights(b), (2 * b) ** 2)
    signal = torch.from_numpy(weights * np.random.default_rng(0).normal(size=len(weights)))
    blocks = torch.split(rotations, max(PAIRS // len(rotations), 1))
    return lambda: torch.cat([(block @ rotations.T).exp() @ signal for block in blocks]).numpy()


def rotation_transforms(b: int) -> Callable[[], Any]:
    """The Fourier transform of 4 signals on SO(3), there and back."""
    x = torch.randn(2 * b, 2 * b, 2 * b, 4)
    return lambda: rotation_sums.synthesis(rotation_sums.analysis(x, b), b, b)


def sphere_transforms(b: int) -> Callable[[], Any]:
    """The Fourier transform of 64 signals on the sphere, there and back."""
    x = torch.randn(64, 2 * b, 2 * b)
    return lambda: sphere_sums.sphere_synthesis(sphere_sums.sphere_analysis(x, b), b, b)


OPERATIONS: Mapping[str, Operation] = {
    "SO(3) correlation, direct sums": Operation(direct, "b⁶", (2, 4, 6, 8), (2, 4, 6, 8, 12, 16)),
    "SO(3) transform and inverse": Operation(rotation_transforms, "b⁴", (4, 8, 12, 16, 24), (4, 8, 16, 24, 32, 48, 64)),
    "S² transform and inverse": Operation(sphere_transforms, "b³", (8, 16, 32, 64), (8, 16, 32, 64, 128)),
}


def tried(work: Work) -> Findings:
    """Times of all operations, on one thread so that other work disturbs them least, with the powers that fit them."""
    with contained(1, torch.device("cpu")), torch.no_grad():
        torch.manual_seed(work.seed)
        times = {name: _times(each, each.full if work.full else each.quick) for name, each in OPERATIONS.items()}
    return found(times)


def found(times: Mapping[str, Trend]) -> Findings:
    """The table and the picture of these times, which are bandwidths with milliseconds."""
    everywhere = sorted({b for places, _ in times.values() for b in places})
    rows = [
        (name, OPERATIONS[name].power, exponent(*trend), *_cells(everywhere, trend)) for name, trend in times.items()
    ]
    picture = trends(times, xlabels=["bandwidth b"], ylabel="milliseconds", xscale="log", guides=_guides(times))
    columns = ("operation", "known cost", "fitted power of b", *(f"b = {b:g}, ms" for b in everywhere))
    remarks = (
        "Powers are fitted to the upper half of the bandwidths, where calling costs least.",
        "A fast Legendre transform would make b³ log² b of the transform on SO(3); at these bandwidths products of "
        "matrices are faster.",
    )
    return Findings(columns, rows, picture, {"timed": f"median of 3 to {MOST} repeats, one thread"}, remarks)


def exponent(bandwidths: Sequence[float], milliseconds: Sequence[float]) -> float:
    """The power of `b` that fits best in the upper half, by least squares of logarithms."""
    half = min(len(bandwidths) // 2, len(bandwidths) - 2)
    return float(np.polyfit(np.log(bandwidths[half:]), np.log(milliseconds[half:]), 1)[0])


def milliseconds(function: Callable[[], Any]) -> float:
    """The median time of a call; the first is not counted."""
    function()
    times: list[float] = []
    while len(times) < 3 or (len(times) < MOST and sum(times) < LEAST):
        begin = perf_counter()
        function()
        times.append(perf_counter() - begin)
    return 1e3 * median(times)


def _times(operation: Operation, bandwidths: Sequence[int]) -> Trend:
    return bandwidths, [milliseconds(operation.made(b)) for b in bandwidths]


def _cells(everywhere: Sequence[float], trend: Trend) -> list[float | None]:
    known = dict(zip(*trend, strict=True))
    return [known.get(b) for b in everywhere]


def _guides(times: Mapping[str, Trend]) -> dict[str, Trend]:
    """What b⁶, b⁴ and b³ log² b would take, from the transform on SO(3) at its least bandwidth on."""
    places, heights = times["SO(3) transform and inverse"]
    b = np.array(places, float)
    growths = {"b⁶": b**6, "b⁴": b**4, "b³ log² b": b**3 * np.log2(b) ** 2}
    return {f"O({name})": (b.tolist(), (heights[0] * each / each[0]).tolist()) for name, each in growths.items()}


CLAIM = Claim(
    name="spherical-cost",
    says="Direct correlation on SO(3) costs O(b⁶), through separated Fourier transforms O(b⁴).",
    paper="Cohen et al. 2018, arXiv:1801.10130, section 4; Kostelec and Rockmore 2008",
    quick="bandwidths to 24 on SO(3) and to 64 on the sphere; a minute",
    full="bandwidths to 64 on SO(3) and to 128 on the sphere; ten minutes",
    tried=tried,
)
