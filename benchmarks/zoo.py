"""Our networks against torchvision's: the same weights, the same images, in turns.

    python benchmarks/zoo.py [--repeats 5] [--same-layout] [NETWORK ...]

Each is run as its users run it: ours with channels last in memory, as svertka does, theirs as torchvision makes them;
with `--same-layout` both with channels last. Times are medians of interleaved repeats; a ratio above 1 says that ours
is faster. Below: how much memory DenseNet saves, and how much faster a WaveNet speaks than by the definition.
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import svertka
from svertka.measure.memory import held, learning
from svertka.nn import laid_out, lay_out
from svertka.zoo.published import take_over
from svertka.zoo.wavenet import drawn, sampled

NAMES = (
    "alexnet", "squeezenet1_1", "squeezenet1_0", "googlenet", "resnet18", "resnet34", "resnet50", "resnext50_32x4d",
    "densenet121", "densenet169", "vgg11", "resnet101",
)  # fmt: skip
CPU = torch.device("cpu")
SAMPLES = 4000  # of sound


def main() -> None:
    """Print a table, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--same-layout", action="store_true")
    chosen = parser.parse_args()
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    print(f"{'network':18} {'build':>7} {'forward 1':>10} {'forward 16':>10} {'step 16':>8}   (theirs / ours)")
    rows = [compared(name, chosen.repeats, same=chosen.same_layout) for name in chosen.names]
    document = {"networks": rows, "densenet": saving(), "wavenet": speaking()}
    print(json.dumps(document))


def compared(name: str, repeats: int, *, same: bool) -> dict[str, Any]:
    """Ratios of one network's times, theirs to ours."""
    from torchvision import models

    makers = {"theirs": lambda: models.get_model(name, weights=None), "ours": lambda: svertka.build(name)}
    built = in_turns(makers, min(repeats, 3))
    torch.manual_seed(0)
    theirs, ours = makers["theirs"](), makers["ours"]()
    take_over(ours, theirs.state_dict(), name)
    networks = {"theirs": laid_out(theirs, CPU) if same else theirs, "ours": laid_out(ours, CPU)}
    row: dict[str, Any] = {"name": name, "build": built["theirs"] / built["ours"]}
    for batch in (1, 16):
        row[f"forward {batch}"] = ratio(networks, batch, repeats, forward, same=same)
    row["step 16"] = ratio(networks, 16, repeats, step, same=same)
    print(f"{name:18} {row['build']:7.2f} {row['forward 1']:10.2f} {row['forward 16']:10.2f} {row['step 16']:8.2f}")
    return row


def ratio(networks: dict[str, nn.Module], batch: int, repeats: int, work: Callable[..., None], *, same: bool) -> float:
    """How much longer theirs takes than ours for the same images."""
    images = torch.randn(batch, 3, 224, 224)
    given = {"theirs": lay_out(images) if same else images, "ours": lay_out(images)}
    jobs = {who: lambda who=who: work(networks[who], given[who]) for who in networks}
    for job in jobs.values():
        job()
    times = in_turns(jobs, repeats)
    return times["theirs"] / times["ours"]


def in_turns(jobs: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """The median time of each job, taken in turns."""
    times: dict[str, list[float]] = {who: [] for who in jobs}
    for turn in range(repeats):
        for who in list(jobs)[:: 1 if turn % 2 else -1]:
            begin = perf_counter()
            jobs[who]()
            times[who].append(perf_counter() - begin)
    return {who: median(found) for who, found in times.items()}


def forward(network: nn.Module, images: Tensor) -> None:
    """A prediction."""
    with torch.inference_mode():
        network.eval()(images)


def step(network: nn.Module, images: Tensor) -> None:
    """Loss and gradients of the main scores."""
    network.train()
    network.zero_grad()
    scores = network(images)
    scores = scores if isinstance(scores, Tensor) else scores[0]
    F.cross_entropy(scores, torch.zeros(len(images), dtype=torch.long)).backward()


def saving() -> dict[str, float]:
    """What DenseNet-121 keeps in a training step beyond weights, gradients and momenta, with and without saving."""
    kept = {}
    for mode in (False, True):
        with torch.device("meta"):
            network = svertka.build("densenet121", saving=mode)
        kept[mode] = learning(network, 3, (224, 224)) - 3 * held(network)
    share = kept[True] / kept[False]
    print(f"densenet121, saving: {kept[True] / 1e6:.0f} MB an image where it was {kept[False] / 1e6:.0f}: {share:.0%}")
    return {"plain": kept[False], "saving": kept[True], "share": share}


def speaking() -> dict[str, float]:
    """A WaveNet that says the same by both ways: with what its layers remember, and from the whole past every time."""
    torch.manual_seed(0)
    network = svertka.build("wavenet_small").double().eval()
    conditions, draws = torch.zeros(1, 0).double(), np.random.default_rng(0).random((1, SAMPLES))
    begin = perf_counter()
    cached = sampled(network, conditions, draws)
    middle = perf_counter()
    codes = np.full((1, SAMPLES + 1), network.silence)
    with torch.inference_mode():
        for place in range(SAMPLES):
            past = torch.from_numpy(codes[:, max(0, place + 1 - network.receptive_field) : place + 1])
            codes[:, place + 1] = drawn(network.scores(past, conditions)[:, :, -1].numpy(), draws[:, place])
    end = perf_counter()
    equal = bool((codes[:, 1:] == cached).all())
    faster = (end - middle) / (middle - begin)
    print(f"wavenet_small, {SAMPLES} samples: {faster:.1f} times faster than by the definition; equal: {equal}")
    return {"cached": middle - begin, "naive": end - middle, "ratio": faster, "equal": equal}


if __name__ == "__main__":
    main()
