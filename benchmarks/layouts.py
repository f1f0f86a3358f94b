"""Whether channels-last memory makes learning faster, for planes and for volumes.

    python benchmarks/layouts.py [--repeats 7]

A step of SGD on a residual network, in both layouts, in turn. Ratios above 1 say that channels-last is faster.
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import svertka

LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}
CASES: dict[str, tuple[str, svertka.nn.Space, tuple[int, ...]]] = {
    "resnet20, planes 32x32": ("resnet20", svertka.PLANE, (64, 3, 32, 32)),
    "resnet18, planes 96x96": ("resnet18", svertka.PLANE, (16, 3, 96, 96)),
    "resnet20, volumes 16x16x16": ("resnet20", svertka.VOLUME, (8, 1, 16, 16, 16)),
    "resnet18, volumes 32x32x32": ("resnet18", svertka.VOLUME, (4, 1, 32, 32, 32)),
}


def main() -> None:
    """Print one table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    ratios = {name: _ratio(*case, repeats=repeats) for name, case in CASES.items()}
    for name, ratio in ratios.items():
        print(f"{name:28} {ratio:5.2f}")
    print(json.dumps({"benchmark": "layouts", "ratios": ratios}))


def _ratio(variant: str, space: "svertka.nn.Space", shape: tuple[int, ...], *, repeats: int) -> float:
    torch.manual_seed(0)
    images = torch.randn(shape)
    plain = _step(svertka.build(variant, channels=shape[1], space=space), images)
    last = LAYOUTS[images.dim()]
    network = svertka.build(variant, channels=shape[1], space=space).to(memory_format=last)
    other = _step(network, images.contiguous(memory_format=last))
    plain(), other()
    return median(_seconds(plain) / _seconds(other) for _ in range(repeats))


def _step(network: nn.Module, images: Tensor) -> Callable[[], None]:
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01)
    targets = torch.zeros(len(images), dtype=torch.long)

    def step() -> None:
        optimiser.zero_grad()
        F.cross_entropy(network(images), targets).backward()
        optimiser.step()

    return step


def _seconds(step: Callable[[], None]) -> float:
    begin = perf_counter()
    step()
    return perf_counter() - begin


if __name__ == "__main__":
    main()
