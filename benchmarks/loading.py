"""Whether images come as fast as a network learns from them, and as fast as torch's DataLoader brings them.

    python benchmarks/loading.py [--repeats 3] [--batches 20]

Columns: images a second of the loader alone, of the training, and the share of the training that is spent waiting for
images. Photographs are measured twice: kept in memory after they were first read, and decoded anew in every epoch.
The last table lets svertka and a DataLoader with two workers, in turn, read, resize, mirror and normalise the same JPEG
files without a network.
"""

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from datasets import adrenal, cifar10, flowers, mnist
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from svertka.data.batches import Epochs
from svertka.data.sets import open_data
from svertka.settings import TrainSettings
from svertka.training.fitting import contained, epochs_for, learner_for
from svertka.training.loop import Clock
from svertka.training.preparing import Prepared, prepare

CPU = torch.device("cpu")
CASES = {
    "mnist, in memory": ("lenet5", mnist, {}),
    "cifar10, in memory": ("resnet20", cifar10, {}),
    "flowers, in memory": ("resnet18", flowers, {"batch": 32}),
    "flowers, decoded anew": ("resnet18", flowers, {"batch": 32, "cache": 0}),
    "adrenal volumes, in memory": ("resnet18", adrenal, {"batch": 8, "size": "32"}),
}


def main() -> None:
    """Print two tables and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batches", type=int, default=20)
    asked = parser.parse_args()
    print(f"{'data':28} {'loader/s':>10} {'training/s':>10} {'waiting':>8}")
    rows = {name: _case(*case, batches=asked.batches) for name, case in CASES.items()}
    for name, (alone, training, waiting) in rows.items():
        print(f"{name:28} {alone:10,.0f} {training:10,.0f} {waiting:8.1%}")
    ours, theirs = zip(*(_peers(asked.batches) for _ in range(asked.repeats)), strict=True)
    ratio = median(one / other for one, other in zip(ours, theirs, strict=True))
    print(f"\nJPEG files/s: svertka {median(ours):,.0f}, DataLoader {median(theirs):,.0f}; median ratio {ratio:.2f}")
    print(json.dumps({"benchmark": "loading", "rows": rows, "ours": ours, "theirs": theirs, "ratio": ratio}))


def _case(variant: str, data, changes: dict, *, batches: int) -> tuple[float, float, float]:  # type: ignore[no-untyped-def, type-arg]
    ready = _prepared(variant, data(), changes)
    with contained(None, CPU):
        learner, epochs = learner_for(ready), epochs_for(ready)
        clock = Clock()
        for batch in islice(clock.waiting(_endless(epochs)), batches):
            learner.learn(batch)
            clock.images += len(batch)
    return _speed(_endless(epochs), batches), clock.speed, clock.waited / clock.seconds


def _prepared(variant: str, data: Path, changes: dict) -> Prepared:  # type: ignore[type-arg]
    settings = TrainSettings().but(**changes)
    return prepare(variant, open_data(data, settings), settings, CPU, lambda done, total: None)


def _endless(epochs: Epochs) -> Iterator:  # type: ignore[type-arg]
    for epoch in range(1000):
        yield from epochs.epoch(epoch)


def _speed(batches: Iterator, count: int) -> float:  # type: ignore[type-arg]
    """Images a second, without the first batch, which pays for the start."""
    next(batches)
    begin, images = perf_counter(), 0
    for batch in islice(batches, count):
        images += len(batch)
    return images / (perf_counter() - begin)


class Photographs(Dataset):  # type: ignore[type-arg]
    """What a tutorial's data set does to a photograph."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> torch.Tensor:
        image = Image.open(self.files[index]).convert("RGB").resize((96, 96), Image.Resampling.BILINEAR)
        pixels = np.asarray(image)
        if np.random.random() < 0.5:
            pixels = pixels[:, ::-1]
        return (torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255 - 0.45) / 0.25


class Loaded:
    """A DataLoader's batches, counted as ours are."""

    def __init__(self, files: list[Path]) -> None:
        self.loader = DataLoader(
            Photographs(files), batch_size=32, shuffle=True, num_workers=2, persistent_workers=True
        )

    def __iter__(self) -> Iterator[torch.Tensor]:
        while True:
            yield from self.loader


def _peers(batches: int) -> tuple[float, float]:
    changes = {"batch": 32, "cache": 0, "size": "96", "crop": 0, "rotation": 0, "zoom": 0}
    ours = epochs_for(_prepared("resnet18", flowers(), changes))
    theirs = Loaded(sorted(flowers().rglob("*.jpg")))
    return _speed(_endless(ours), batches), _speed(iter(theirs), batches)


if __name__ == "__main__":
    main()
