"""Batches in an order that is a function of the seed, the epoch and the place in it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.data.augment import Augment
from svertka.data.lessons import Lessons
from svertka.data.preprocess import Preprocess
from svertka.data.samples import Indices
from svertka.data.stores import Resident, Store
from svertka.nn import lay_out

T = TypeVar("T")

ORDER, CHANGES = 0, 1  # streams of random numbers that must differ
AHEAD = 2


@dataclass(frozen=True)
class Batch:
    """Images `(batch, channels, *sizes)` as the network takes them, their targets, and which samples they are.

    Targets are what lessons make of them; classes `(batch,)` become shares `(batch, classes)` where they are blended.
    """

    images: Tensor
    targets: Tensor
    indices: Indices

    def __len__(self) -> int:
        return len(self.indices)


@dataclass(frozen=True)
class Shelf:
    """Ready pixels with what is to be learned from them, and how they become batches."""

    store: Store
    lessons: Lessons
    preprocess: Preprocess
    device: torch.device

    def batch(self, indices: Indices) -> Batch:
        """These samples as they are."""
        images = self.preprocess.normal(self._pixels(indices))
        return self._batch(images, self._targets(indices), indices)

    def changed(self, indices: Indices, augment: Augment, rng: np.random.Generator) -> Batch:
        """These samples with random changes."""
        twin = deepcopy(rng)
        images = self.preprocess.normal(augment.move(self._pixels(indices), rng))
        images = augment.change(images, rng)
        targets = self._targets(indices)
        if self.lessons.moving:
            targets = augment.follow(targets, twin)
        if augment.blends:
            images, targets = augment.blend(images, self.lessons.shares(targets), rng)
        return self._batch(images, targets, indices)

    def in_order(self, indices: Indices, size: int) -> Iterator[Batch]:
        """All of these samples once."""
        chunks = [indices[start : start + size] for start in range(0, len(indices), size)]
        return self.run(partial(self.batch, chunk) for chunk in chunks)

    def run(self, jobs: Iterable[Callable[[], Batch]]) -> Iterator[Batch]:
        """Batches one after another, made ahead in the background where their pixels must be decoded first."""
        return (job() for job in jobs) if isinstance(self.store, Resident) else ahead(jobs)

    def _pixels(self, indices: Indices) -> Tensor:
        return torch.from_numpy(self.store.take(indices)).to(self.device)

    def _targets(self, indices: Indices) -> Tensor:
        return self.lessons.take(indices).to(self.device)

    def _batch(self, images: Tensor, targets: Tensor, indices: Indices) -> Batch:
        images, targets = self.lessons.finish(images, targets)
        return Batch(lay_out(images), targets, indices)


@dataclass(frozen=True)
class Epochs:
    """The training part, shuffled anew and changed anew in every epoch.

    `weights` are how likely each of `indices` is drawn; without them each comes once. What does not fill a last
    batch waits for another epoch's order.
    """

    shelf: Shelf
    indices: Indices
    size: int
    seed: int
    augment: Augment
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return max(1, len(self.indices) // self.size)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from the place `start` on."""
        order = self._order(epoch)
        return self.shelf.run(partial(self._batch, order, epoch, place) for place in range(start, len(self)))

    def _order(self, epoch: int) -> Indices:
        rng = np.random.default_rng([self.seed, ORDER, epoch])
        if self.weights is None:
            return rng.permutation(self.indices)
        return rng.choice(self.indices, len(self.indices), p=self.weights / self.weights.sum())

    def _batch(self, order: Indices, epoch: int, place: int) -> Batch:
        chunk = order[place * self.size : (place + 1) * self.size]
        return self.shelf.changed(chunk, self.augment, np.random.default_rng([self.seed, CHANGES, epoch, place]))


def ahead(jobs: Iterable[Callable[[], T]], *, workers: int = 1, depth: int = AHEAD) -> Iterator[T]:
    """The results of jobs in their order, up to `depth` of them worked out in the background before they are wanted."""
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(job))
                if len(waiting) > depth:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
