"""Seconds until 98.5% of MNIST's test images are right: svertka's default against a plain loop as tutorials teach it.

    python benchmarks/time_to_accuracy.py [--repeats 3]

Both start from the IDX files, in one process, in turn. The clock counts reading, preparing and learning; it stands
still while the test images are tried, every 6,400 training images on both sides. The plain loop is that of PyTorch's
own MNIST example: a DataLoader with batches of 64, two convolutions, dropout, Adadelta at rate 1.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import numpy as np
import torch
from datasets import mnist
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from svertka.data.sets import open_data
from svertka.settings import TrainSettings
from svertka.tasks import measured
from svertka.training.fitting import contained, epochs_for, learner_for, validation
from svertka.training.loop import fit
from svertka.training.preparing import prepare

GOAL = 0.985
EVERY = 6_400
LIMIT = 600_000

Trial = Iterator[Callable[[], float]]


def svertka_default(seed: int) -> Trial:
    """`svertka train auto mnist`, taken apart only to be stopped in time."""
    ready = prepare("auto", open_data(mnist()), TrainSettings(seed=seed), torch.device("cpu"), lambda done, total: None)
    with contained(None, torch.device("cpu")):
        learner = learner_for(ready)
        test = ready.part("test")
        seen = 0
        for event in fit(learner, epochs_for(ready), validation(ready, learner)):
            before, seen = seen, seen + (ready.settings.batch if hasattr(event, "loss") else 0)
            if before // EVERY < seen // EVERY:
                yield lambda: measured(ready.task, learner.tested.eval(), ready.shelf.in_order(test, 500)).figure


class Digits(Dataset):
    """MNIST as a tutorial's data set: one image at a time, to a tensor, normalised."""

    def __init__(self, part: str) -> None:
        self.images = _idx(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        self.labels = _idx(f"{part}-labels-idx1-ubyte.gz", 8)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = torch.from_numpy(self.images[index]).unsqueeze(0).float().div(255)
        return image.sub(0.1307).div(0.3081), int(self.labels[index])


def tutorial_network() -> nn.Module:
    """The network of PyTorch's MNIST example: 1.2 million parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10),
    )  # fmt: skip


def plain_loop(seed: int) -> Trial:
    """The training loop of PyTorch's MNIST example."""
    torch.manual_seed(seed)
    training = DataLoader(Digits("train"), batch_size=64, shuffle=True)
    test = DataLoader(Digits("t10k"), batch_size=1000)
    network = tutorial_network()
    optimiser = torch.optim.Adadelta(network.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=1, gamma=0.7)
    seen = 0
    for _ in range(14):
        for images, labels in training:
            network.train()
            optimiser.zero_grad()
            F.nll_loss(F.log_softmax(network(images), dim=1), labels).backward()
            optimiser.step()
            before, seen = seen, seen + len(labels)
            if before // EVERY < seen // EVERY:
                yield lambda: _tested(network, test)
        schedule.step()


def seconds_to(goal: float, trial: Trial) -> tuple[float, int]:
    """The time a trial takes to reach the goal, without that of the tests, and the images it has seen."""
    spent, checks = 0.0, 0
    while True:
        begin = perf_counter()
        check = next(trial, None)
        spent += perf_counter() - begin
        checks += 1
        if check is None:
            return float("nan"), checks * EVERY
        if check() >= goal:
            return spent, checks * EVERY


def _tested(network: nn.Module, test: DataLoader) -> float:
    network.eval()
    with torch.no_grad():
        hits = sum(int((network(images).argmax(1) == labels).sum()) for images, labels in test)
    return hits / len(test.dataset)  # type: ignore[arg-type]


def _idx(name: str, offset: int) -> np.ndarray:
    return np.frombuffer(gzip.decompress((mnist() / name).read_bytes()), np.uint8, offset=offset).copy()


def main() -> None:
    """Print one table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    rows = []
    print("seed   svertka s  (images)   plain loop s  (images)   ratio")
    for seed in range(repeats):
        ours, our_images = seconds_to(GOAL, svertka_default(seed))
        theirs, their_images = seconds_to(GOAL, plain_loop(seed))
        rows.append((ours, theirs))
        print(f"{seed:4}  {ours:10.1f}  {our_images:8,}   {theirs:12.1f}  {their_images:8,}   {theirs / ours:5.1f}")
    ratio = median(theirs / ours for ours, theirs in rows)
    print(f"median ratio {ratio:.1f}")
    print(json.dumps({"benchmark": "time_to_accuracy", "goal": GOAL, "seconds": rows, "ratio": ratio}))


if __name__ == "__main__":
    main()
