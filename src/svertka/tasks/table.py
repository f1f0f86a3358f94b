"""What a network can be asked to do: its loss, its figure of merit, and what its scores mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log, sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from svertka.data.batches import Batch
from svertka.data.lessons import IGNORED


@dataclass(frozen=True)
class Stress:
    """What the loss stresses: how far labels are smoothed, and a weight for each class."""

    smoothing: float = 0.0
    weights: Tensor | None = None


@dataclass(frozen=True)
class Task:
    """One row of the table.

    `points` gives each sample's contribution to the figure of merit, `figure`, which `merit` makes of their mean;
    `sign` is 1 where more is better and -1 where less is. `answer` turns scores into what a person is told.
    """

    name: str
    figure: str
    sign: int
    loss: Callable[[Tensor, Tensor, Stress], Tensor]
    points: Callable[[Tensor, Tensor], Tensor]
    merit: Callable[[float], float]
    answer: Callable[[Tensor], Tensor]

    def better(self, new: float, old: float) -> bool:
        """Whether one figure beats another."""
        return self.sign * new > self.sign * old


@dataclass(frozen=True)
class Figures:
    """The loss and the figure of merit over some samples."""

    loss: float
    figure: float


def cross_entropy(scores: Tensor, targets: Tensor, stress: Stress) -> Tensor:
    """The mean negative log-likelihood; targets are classes `(batch,)` or their shares `(batch, classes)`."""
    return F.cross_entropy(scores, targets, weight=stress.weights, label_smoothing=stress.smoothing)


def cross_entropy_by_place(scores: Tensor, targets: Tensor, stress: Stress) -> Tensor:
    """The same over all places that have a class; 0 where none has."""
    loss = F.cross_entropy(
        scores, targets, weight=stress.weights, label_smoothing=stress.smoothing, ignore_index=IGNORED, reduction="sum"
    )
    counted = targets != IGNORED
    weight = counted.sum() if stress.weights is None else stress.weights[targets[counted]].sum()
    return loss / weight.clamp(min=1e-12)


def squared_error(scores: Tensor, targets: Tensor, stress: Stress) -> Tensor:
    """The mean square; targets are in units of their deviation."""
    return F.mse_loss(scores, targets)


def hits(scores: Tensor, targets: Tensor) -> Tensor:
    """1 where the likeliest class is right, else 0."""
    right = targets.argmax(1) if targets.is_floating_point() else targets
    return (scores.argmax(1) == right).float()


def misses(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean square over the columns, or over channels and places."""
    return (scores - targets).square().flatten(1).mean(1)


def overlap(scores: Tensor, targets: Tensor) -> Tensor:
    """Each image's Dice coefficient, the mean over classes but the first; 1 where a class is in neither.

    `2 |A ∩ B| / (|A| + |B|)`; Dice (1945).
    """
    counted = targets != IGNORED
    chosen = scores.argmax(1)
    found = []
    for name in range(1, scores.shape[1]):
        mine, true = (chosen == name) & counted, targets == name
        both, total = (mine & true).flatten(1).sum(1), mine.flatten(1).sum(1) + true.flatten(1).sum(1)
        found.append(torch.where(total > 0, 2 * both / total.clamp(min=1), 1.0))
    return torch.stack(found).mean(0)


def surprise(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean over each signal of how many bits its next sample takes to be told."""
    return F.cross_entropy(scores, targets, reduction="none").flatten(1).mean(1) / log(2)


def same(value: float) -> float:
    """The value itself."""
    return value


def shares(scores: Tensor) -> Tensor:
    """Probabilities from scores."""
    return scores.softmax(1)


def plainly(scores: Tensor) -> Tensor:
    """Scores as they are."""
    return scores


CLASSIFY = Task("classify", "accuracy", 1, cross_entropy, hits, merit=same, answer=shares)
REGRESS = Task("regress", "nrmse", -1, squared_error, misses, merit=sqrt, answer=plainly)
SEGMENT = Task("segment", "dice", 1, cross_entropy_by_place, overlap, merit=same, answer=shares)
FORECAST = Task("forecast", "nrmse", -1, squared_error, misses, merit=sqrt, answer=plainly)
NEXT = Task("next", "bits", -1, cross_entropy, surprise, merit=same, answer=shares)
TASKS = {task.name: task for task in (CLASSIFY, REGRESS, SEGMENT, FORECAST, NEXT)}


def heads(network: nn.Module, images: Tensor) -> list[Tensor]:
    """The scores of all classifiers, the main one first: networks with auxiliary ones have a method `heads`."""
    several: Callable[[Tensor], list[Tensor]] | None = getattr(network, "heads", None)
    return several(images) if several else [network(images)]


def loss_of(task: Task, network: nn.Module, batch: Batch, stress: Stress, *, auxiliary: float) -> tuple[Tensor, Tensor]:
    """The loss, those of auxiliary heads included, and the main scores."""
    scores, *others = heads(network, batch.images)
    loss = task.loss(scores.float(), batch.targets, stress)
    for other in others:
        loss = loss + auxiliary * task.loss(other.float(), batch.targets, stress)
    return loss, scores


def measured(task: Task, network: Callable[[Tensor], Tensor], batches: Iterable[Batch]) -> Figures:
    """The figures of a network over batches, without smoothing or weights."""
    loss, points, count = 0.0, 0.0, 0
    with torch.inference_mode():
        for batch in batches:
            scores = network(batch.images).float()
            loss += float(task.loss(scores, batch.targets, Stress())) * len(batch)
            points += float(task.points(scores, batch.targets).sum())
            count += len(batch)
    return Figures(loss / count, task.merit(points / count))
