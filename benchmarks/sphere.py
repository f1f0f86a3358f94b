"""The sphere: our layers and transforms against a textbook's, e3nn, torch-harmonics and s2fft, in turns.

    python benchmarks/sphere.py [--only layers] [--repeats 7] [--threads 1 2] [--markdown] [--picture cost.svg]

Everyone gets the same signals and filters, each in the layout it likes best, and has to give the same answers before
anything is timed. Times are medians of interleaved repeats, and ratios are theirs to ours: above 1 ours is faster.
The parts, which `--only` chooses from:

    layers      the two layers of the MNIST network, batch 32, and what arithmetic alone would take
    rotations   layers on SO(3) at larger bandwidths, 4 to 4 channels, batch 4
    transforms  transforms of 256 real signals on the sphere
    epoch       training the MNIST network on 10,000 images, batch 32
    costs       time by bandwidth, and the exponent that fits it
    memory      what a layer, its input and a pass forward and back hold, each in a process of its own (Linux)
    setup       seconds until tables stand, each in a process of its own

A peer that is not installed has a dash, and so have bandwidths for which it has no room.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import sphere_peers
import textbook
import torch
from filters import in_turns, resident
from numpy.typing import NDArray
from torch import Tensor, nn

from svertka import geometry, ops
from svertka.nn import RotationConv, SphereConv, integrate
from svertka.nn.sphere_filters import coordinates, identity_points, pole_points
from svertka.ops import rotation_twins
from svertka.ops.sphere_spectra import harmonic_spectrum

Job = Callable[[], Any]
Row = dict[str, Any]


class Case(NamedTuple):
    """A layer that is to be timed."""

    name: str
    space: str  # "sphere" or "rotations": where its input lives
    cin: int
    cout: int
    b_in: int
    b_out: int
    batch: int

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.batch, self.cin, *[2 * self.b_in] * (2 if self.space == "sphere" else 3))


MNIST = [
    Case("S² 30 → 10, 1 → 20", "sphere", 1, 20, 30, 10, 32),
    Case("SO(3) 10 → 6, 20 → 40", "rotations", 20, 40, 10, 6, 32),
]
LARGE = [Case(f"SO(3) {b} → {b}, 4 → 4", "rotations", 4, 4, b, b, 4) for b in (24, 32)]
ALONE = Case("SO(3) 64 → 64, 4 → 4", "rotations", 4, 4, 64, 64, 4)  # too large for the others
E3NN_LIMIT = 12  # its tables of SO(3) grow with the sixth power of the bandwidth
TRANSFORMS, SIGNALS = (16, 32, 64, 128), 256
IMAGES = 10_000


def main() -> None:
    """Print tables, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=[*PARTS], default=[*PARTS])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--picture", type=Path, help="where to draw the cost by bandwidth")
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        print(json.dumps(APART[chosen.alone[0]](chosen.alone[1])))
        return
    found = {}
    for part in chosen.only:
        print(f"\n### {part}\n" if chosen.markdown else f"\n{part}")
        rows = PARTS[part](chosen)
        found[part] = list(shown(rows, markdown=chosen.markdown))
    if chosen.picture and "costs" in found:
        draw(found["costs"], chosen.picture)
    print(json.dumps({"benchmark": "sphere", "repeats": chosen.repeats, "parts": found}))


def shown(rows: Iterable[Row], *, markdown: bool) -> Iterator[Row]:
    """The same rows, each printed as soon as it is there."""
    left, between, right = ("| ", " | ", " |") if markdown else ("", "  ", "")
    for place, row in enumerate(rows):
        if not place:
            names = [name.rjust(9) if column else name.ljust(30) for column, name in enumerate(row)]
            print(left + between.join(names) + right)
        if markdown and not place:
            print("|---|" + "---:|" * (len(row) - 1))
        print(left + between.join(cell(value) for value in row.values()) + right, flush=True)
        yield row


def cell(value: Any) -> str:
    """A name, a number in three places or in powers of ten, or a dash."""
    if isinstance(value, str):
        return value.ljust(30)
    if value is None or isinstance(value, int):
        return ("–" if value is None else str(value)).rjust(9)
    text = f"{value:.1e}" if 0 < abs(value) < 1e-3 else f"{value:.{2 if abs(value) < 10 else 1}f}"
    return text.rjust(9)


def against(times: dict[str, float], peers: Iterable[str]) -> Row:
    """Our milliseconds, and how many times as long the others take."""
    ours = times["ours"]
    ratios = {peer: times[peer] / ours if peer in times else None for peer in peers}
    return {"ours, ms": ours * 1e3, **ratios}


def hold(threads: int) -> None:
    """Keep every thread of this process, those of JAX too, to so many processors."""
    torch.set_num_threads(threads)
    if hasattr(os, "sched_setaffinity"):
        processors = set(range(threads))
        for task in Path("/proc/self/task").iterdir():
            os.sched_setaffinity(int(task.name), processors)


def layers(chosen: argparse.Namespace) -> Iterator[Row]:
    """The MNIST network's two layers, beside the time that arithmetic alone would take."""
    for case in MNIST:
        jobs = layer_jobs(case)
        for threads in chosen.threads:
            hold(threads)
            rate = product_rate()
            for way in ("forward", "both"):
                times = in_turns({name: job[way] for name, job in jobs.items()}, chosen.repeats)
                least = flops(case, way) / rate
                row = against(times, ("textbook", "e3nn"))
                yield (
                    title(case.name, way, threads) | row | {"× limit": times["ours"] / least, "limit, ms": least * 1e3}
                )


def rotations(chosen: argparse.Namespace) -> Iterator[Row]:
    """Larger layers on SO(3)."""
    for case in LARGE:
        jobs = layer_jobs(case)
        for threads in chosen.threads:
            hold(threads)
            for way in ("forward", "both"):
                times = in_turns({name: job[way] for name, job in jobs.items()}, min(chosen.repeats, 3))
                yield title(case.name, way, threads) | against(times, ("textbook",))


def title(name: str, way: str, threads: int) -> Row:
    """The first columns of a row."""
    words = {"forward": "forward", "inverse": "inverse", "both": "forward + backward"}
    return {"case": f"{name}, {words[way]}", "threads": threads}


def layer_jobs(case: Case) -> dict[str, dict[str, Job]]:
    """Forward, and forward with backward, of everyone who has such a layer; all of whom agree."""
    torch.manual_seed(0)
    x, found = torch.randn(case.shape), {}
    networks = networks_of(case)
    wanted: list[Tensor] = []
    for name, network in networks.items():
        given = layout(name, case, x)
        y = network(given)
        gradient = weighing(name, y.detach())
        y.backward(gradient)
        answers = [as_ours(name, y.detach()), by_values(network)]
        wanted = wanted or answers
        check(f"{case.name}: {name}", answers, wanted)
        found[name] = {"forward": forward_of(network, given), "both": both_of(network, given, gradient)}
    return found


def networks_of(case: Case) -> dict[str, nn.Module]:
    """The layer by everyone's hands, with the same filters."""
    ours = network_of("ours", case)
    values = torch.empty_like(ours.kernel).uniform_(-1, 1)
    ours.set_values(values)
    peers = ["textbook"] if case.b_out > E3NN_LIMIT else ["textbook", *sphere_peers.layers()]
    networks = {name: network_of(name, case) for name in peers}
    for network in networks.values():
        network.kernel.data = values.clone()
    return {"ours": ours} | networks


def by_values(network: nn.Module) -> Tensor:
    """The gradient by the filters' values at their points."""
    gradient = network.kernel.grad.clone()
    if not isinstance(network, SphereConv | RotationConv):
        return gradient
    change = torch.from_numpy(coordinates(network.points, network.b_out))
    return (gradient.double() @ change).float()


def network_of(name: str, case: Case) -> nn.Module:
    """The layer by one hand."""
    place = ["sphere", "rotations"].index(case.space)
    sizes = case.cin, case.cout, case.b_in, case.b_out
    if name == "ours":
        return (SphereConv, RotationConv)[place](*sizes)
    points = (pole_points, identity_points)[place]()
    kinds = {"textbook": (textbook.SphereLayer, textbook.RotationLayer)} | sphere_peers.layers()
    return kinds[name][place](*sizes, points)


def forward_of(network: nn.Module, x: Tensor) -> Job:
    """A pass that keeps nothing."""

    def forward() -> Any:
        with torch.no_grad():
            return network(x)

    return forward


def both_of(network: nn.Module, x: Tensor, gradient: Tensor) -> Job:
    """A pass and its derivatives: by the weights, and by the input where it is no image."""
    given = x.clone(memory_format=torch.preserve_format).requires_grad_(x.dim() > 4)

    def both() -> None:
        network.zero_grad()
        given.grad = None
        network(given).backward(gradient)

    return both


def layout(name: str, case: Case, x: Tensor) -> Tensor:
    """A signal as the layers of this hand hand it on."""
    if case.space == "sphere":
        return x
    if name == "ours":
        return channels_last(x)
    return sphere_peers.as_theirs(x).contiguous() if name == "e3nn" else x


def channels_last(x: Tensor) -> Tensor:
    """The same signal as our layers lay it out in memory: `β`, `γ`, `α`, batch, channels."""
    return x.permute(2, 4, 3, 0, 1).contiguous().permute(3, 4, 0, 2, 1)


def as_ours(name: str, y: Tensor) -> Tensor:
    """An answer with the axes `β`, `α`, `γ`."""
    return sphere_peers.as_ours(y) if name == "e3nn" else y


def weighing(name: str, y: Tensor) -> Tensor:
    """A gradient that is the same for everyone, in the memory layout of an answer."""
    shape = as_ours(name, y).shape
    gradient = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    gradient = sphere_peers.as_theirs(gradient) if name == "e3nn" else gradient
    return torch.empty_like(y).copy_(gradient)


def check(name: str, found: list[Tensor], wanted: list[Tensor], tolerance: float = 1e-4) -> None:
    """See that answers are ours, but for rounding."""
    for one, other in zip(found, wanted, strict=True):
        apart = float((one - other).norm() / other.norm())
        if not apart <= tolerance:
            raise SystemExit(f"{name} is {apart:.3g} from ours, more than {tolerance}")


def product_rate() -> float:
    """Multiplications and additions a second in a large matrix product, the best that this machine does."""
    x = torch.randn(1024, 1024)
    times = in_turns({"product": lambda: x @ x}, 5)
    return 2 * 1024**3 / times["product"]


def flops(case: Case, way: str) -> float:
    """Multiplications and additions of a layer in real numbers, when nothing is done that could be left out.

    Fourier sums over no more than the `2b - 1` real waves of degrees below `b_out`, each real coefficient once for each
    colatitude, and one real matrix product for each degree. A pass back repeats each sum, and each product for each
    factor of which a derivative is wanted; images want none.
    """
    _, space, cin, cout, b_in, b, batch = case
    sizes, waves, inner, outer = [2 * l + 1 for l in range(b)], 2 * b - 1, batch * cin, batch * cout
    squares, grid = sum(size**2 for size in sizes), 2 * b
    synthesis = outer * (grid * squares + waves**2 * grid**2 + waves * grid**3)
    wide = 2 * b_in
    if space == "sphere":
        analysis = inner * (wide**2 * waves + wide * sum(sizes))
        product = batch * cin * cout * squares
    else:
        analysis = inner * (wide**3 * waves + waves**2 * wide**2 + wide * squares)
        product = batch * cin * cout * sum(size**3 for size in sizes)
    forward = analysis + product + synthesis
    backward = synthesis + (product if space == "sphere" else 2 * product + analysis)
    return 2.0 * (forward if way == "forward" else forward + backward)


def transforms(chosen: argparse.Namespace) -> Iterator[Row]:
    """Transforms of real signals, and how far a signal is from itself after going there and back."""
    for b in TRANSFORMS:
        made = {name: make(b, SIGNALS, smooth) for name, make in transform_makers(b).items()}
        errors = {name: round_trip(one) for name, one in made.items()}
        energies = {name: one.energy(one.forward(one.signals)) for name, one in made.items()}
        for name, energy in energies.items():
            tolerance = 1e-3 * energies["ours"].max()
            if not np.abs(energy - energies["ours"]).max() <= tolerance:
                raise SystemExit(f"transform at {b}: the spectrum of {name} is not ours")
        for threads in chosen.threads:
            hold(threads)
            for way in ("forward", "inverse", "both"):
                times = in_turns({name: transform_job(one, way) for name, one in made.items()}, chosen.repeats)
                row = title(f"b {b}", way, threads) | against(times, ("torch-harmonics", "s2fft", "e3nn"))
                yield row | {"error": errors["ours"], "theirs": errors.get("torch-harmonics")}


def transform_makers(b: int) -> dict[str, Any]:
    """Everyone who can transform at this bandwidth; e3nn's tables grow with its fourth power."""
    peers = sphere_peers.transforms()
    return {"ours": our_transform} | {name: make for name, make in peers.items() if name != "e3nn" or b <= 32}


def our_transform(b: int, count: int, signal: Callable[[Any, Any], Any]) -> sphere_peers.Transform:
    """Ours, on the grid of Driscoll and Healy."""
    beta, alpha = geometry.sphere_grid(b)
    x = torch.from_numpy(signal(beta[:, None], alpha)).float().repeat(count, 1, 1)
    return sphere_peers.Transform(
        x, ops.sphere_fft(x), ops.sphere_fft, ops.sphere_ifft, sphere_peers.derivative(ops.sphere_fft, x), our_energy
    )


def our_energy(spectrum: Tensor) -> NDArray[np.float64]:
    """Squares of orthonormal coefficients of the first signal: `4π (2l + 1) |x̂_lm|²`."""
    harmonics = harmonic_spectrum(spectrum[0].double()).abs().square().numpy()
    found = np.zeros([round(math.sqrt(len(harmonics)))] * 2)
    for l in range(len(found)):
        found[l, : l + 1] = 4 * np.pi * (2 * l + 1) * harmonics[l * l + l : (l + 1) ** 2]
    return found


def transform_job(made: sphere_peers.Transform, way: str) -> Job:
    """One of the three things that are timed."""
    if way == "both":
        return made.both
    return (lambda: made.forward(made.signals)) if way == "forward" else (lambda: made.inverse(made.spectrum))


def round_trip(made: sphere_peers.Transform) -> float:
    """The relative error of a signal that is transformed and transformed back."""
    given, found = (np.asarray(x, dtype=np.float64) for x in (made.signals, made.inverse(made.forward(made.signals))))
    return float(np.linalg.norm(found - given) / np.linalg.norm(given))


def smooth(beta: Any, alpha: Any) -> NDArray[np.float64]:
    """A signal below degree 16 that is nothing special in any direction: powers of heights above twelve planes."""
    rng = np.random.default_rng(0)
    point = np.stack(
        np.broadcast_arrays(np.sin(beta) * np.cos(alpha), np.sin(beta) * np.sin(alpha), np.cos(beta)), axis=-1
    )
    normals = rng.normal(size=(12, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    heights = point @ normals.T
    return np.asarray((rng.normal(size=12) * heights ** np.arange(4, 16)).sum(axis=-1))


class Network(nn.Module):
    """The MNIST network of Cohen et al. 2018, from layers of any hand."""

    def __init__(self, first: nn.Module, second: nn.Module, mean: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.first, self.second, self.mean, self.head = first, second, mean, nn.Linear(40, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.mean(self.second(self.first(x).relu()).relu()))


def mean_of_theirs(x: Tensor) -> Tensor:
    """The integral of e3nn's signals, whose colatitude is in the middle."""
    return integrate(x.transpose(-3, -2))


def epoch(chosen: argparse.Namespace) -> Iterator[Row]:
    """Training the MNIST network: a few batches in turns, times as many as an epoch has."""
    first, second = (networks_of(case) for case in MNIST)
    networks = {
        name: Network(first[name], second[name], mean_of_theirs if name == "e3nn" else integrate) for name in first
    }
    x, y = torch.randn(MNIST[0].shape), torch.randint(10, (MNIST[0].batch,))
    batches = math.ceil(IMAGES / MNIST[0].batch)
    for threads in chosen.threads:
        hold(threads)
        times = in_turns({name: step(network, x, y) for name, network in networks.items()}, chosen.repeats)
        ours = times["ours"]
        ratios = {peer: times[peer] / ours if peer in times else None for peer in ("textbook", "e3nn")}
        yield {"case": "an epoch", "threads": threads, "ours, s": ours * batches, **ratios}


def step(network: nn.Module, x: Tensor, y: Tensor) -> Job:
    """One batch of a training."""
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-3)

    def job() -> None:
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        optimiser.step()

    return job


def costs(chosen: argparse.Namespace) -> Iterator[Row]:
    """Milliseconds by bandwidth on one thread, and the exponent that fits those of the upper half best."""
    hold(1)
    sphere, rotation, ours, theirs = {}, {}, {}, {}
    for b in (8, 16, 32, 64, 128, 256):
        x = torch.randn(8, 2 * b, 2 * b)
        sphere[b] = timed(lambda x=x: ops.sphere_fft(x), chosen.repeats)  # type: ignore[misc]
    for b in (4, 8, 16, 32, 64):
        x = torch.randn(1, 2 * b, 2 * b, 2 * b)
        rotation[b] = timed(lambda x=x: ops.rotation_fft(x), chosen.repeats)  # type: ignore[misc]
    for b in (4, 8, 16, 32):
        jobs = layer_jobs(Case("", "rotations", 1, 1, b, b, 1))
        for found, name in ((ours, "ours"), (theirs, "textbook")):
            found[b] = timed(jobs[name]["forward"], chosen.repeats)
    names = ("S² transform of 8 signals", "SO(3) transform", "SO(3) layer", "SO(3) layer, textbook")
    for name, times in zip(names, (sphere, rotation, ours, theirs), strict=True):
        columns = {f"b {b}": times[b] * 1e3 if b in times else None for b in (4, 8, 16, 32, 64, 128, 256)}
        yield {"ms": name, **columns, "exponent": exponent(times)}


def timed(job: Job, repeats: int) -> float:
    """The median time of a job that has run before."""
    job()
    return in_turns({"job": job}, repeats)["job"]


def exponent(times: dict[int, float]) -> float:
    """The slope of log time by log bandwidth, over the three largest bandwidths."""
    largest = sorted(times)[-3:]
    return float(np.polyfit(np.log(largest), np.log([times[b] for b in largest]), 1)[0])


def draw(rows: list[Row], path: Path) -> None:
    """Cost by bandwidth in logarithms, with the powers that theory names as grey lines."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4.5), layout="constrained")
    for row in rows:
        times = {int(name[2:]): value for name, value in row.items() if name.startswith("b ") and value is not None}
        axes.plot(times.keys(), times.values(), "o-", label=f"{row['ms']}: b^{row['exponent']:.1f}")
    b = np.array([4, 256])
    laws = {"b⁶": b**6.0, "b⁴": b**4.0, "b³ log² b": b**3 * np.log2(b) ** 2}
    for name, law in laws.items():
        axes.plot(b, law / law[0] * 0.01, color="0.7", zorder=0)
        axes.annotate(name, (b[1], law[1] / law[0] * 0.01), color="0.4", annotation_clip=True)
    axes.set(xscale="log", yscale="log", xlabel="bandwidth b", ylabel="ms", ylim=(0.01, 3e4))
    axes.set_xticks([4, 8, 16, 32, 64, 128, 256], labels=["4", "8", "16", "32", "64", "128", "256"], minor=False)
    axes.legend(fontsize="small")
    figure.savefig(path)


def memory(_: argparse.Namespace) -> Iterator[Row]:
    """What making machine code holds, once in a process; then peaks of forward and backward."""
    yield {"case": "LLVM", "ours, MB": apart("memory", "LLVM") / 1e6, "textbook": None, "e3nn": None}
    for case in [*MNIST, *LARGE, ALONE]:
        names = ["ours"] if case == ALONE else ["ours", "textbook", *sphere_peers.layers()]
        if case in LARGE:
            names = names[:2]
        peaks = {name: apart("memory", f"{case.name}/{name}") for name in names}
        ratios = {peer: peaks[peer] / peaks["ours"] if peer in peaks else None for peer in ("textbook", "e3nn")}
        yield {"case": case.name, "ours, MB": peaks["ours"] / 1e6, **ratios}


def held(name: str) -> float:
    """Bytes by which a process grows beyond its imports: layer, tables, input, and a pass forward and back."""
    hold(1)
    if name == "LLVM":
        before = resident("VmRSS")
        rotation_twins.analysis(torch.zeros(4, 4, 4, 16), 2, weighted=True)
        return float(resident("VmHWM") - before)
    title, who = name.split("/")
    case = next(one for one in [*MNIST, *LARGE, ALONE] if one.name == title)
    for network in networks_of(Case("", case.space, 1, 1, 2, 2, 16)).values():  # what is loaded and compiled once
        with torch.no_grad():
            network(torch.randn(16, 1, *[4] * (2 if case.space == "sphere" else 3)))
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak is counted anew from here
    before = resident("VmRSS")
    network = network_of(who, case)
    x = layout(who, case, torch.randn(case.shape))
    y = network(x.requires_grad_(case.space == "rotations"))
    y.backward(torch.empty_like(y).fill_(1.0))
    return float(resident("VmHWM") - before)


def setup(_: argparse.Namespace) -> Iterator[Row]:
    """Seconds from nothing to the first answer, and to the second."""
    for name in COLD:
        first, second = apart("setup", name)
        yield {"case": name, "first, s": first, "again, s": second}


COLD = {
    "S² transform, b 128": lambda: ops.sphere_fft(torch.randn(1, 256, 256)),
    "SO(3) layer, b 32": lambda: network_of("ours", LARGE[1])(torch.randn(1, 4, 64, 64, 64)),
}


def cold(name: str) -> tuple[float, float]:
    """How long a first and a second layer take to be made and to answer, in a process that has done nothing yet."""
    hold(1)
    times = []
    for _ in range(2):
        begin = perf_counter()
        COLD[name]()
        times.append(perf_counter() - begin)
    return times[0], times[1]


def apart(part: str, name: str) -> Any:
    """What a process of its own measures."""
    words = [sys.executable, __file__, "--alone", part, name]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # NumPy's threads would wait for one another on one processor
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True, env=alone).stdout)


PARTS = {
    "layers": layers,
    "rotations": rotations,
    "transforms": transforms,
    "epoch": epoch,
    "costs": costs,
    "memory": memory,
    "setup": setup,
}
APART: dict[str, Callable[[str], Any]] = {"memory": held, "setup": cold}


if __name__ == "__main__":
    main()
