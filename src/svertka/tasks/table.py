"""What a network can be asked to do: its loss, its figure of merit, and what its scores mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from svertka.data.batches import Batch


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


def squared_error(scores: Tensor, targets: Tensor, stress: Stress) -> Tensor:
    """The mean square; targets are in units of their deviation."""
    return F.mse_loss(scores, targets)


def hits(scores: Tensor, targets: Tensor) -> Tensor:
    """1 where the likeliest class is right, else 0."""
    right = targets.argmax(1) if targets.is_floating_point() else targets
    return (scores.argmax(1) == right).float()


def misses(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean square over the columns."""
    return (scores - targets).square().mean(1)


CLASSIFY = Task(
    "classify", "accuracy", 1, cross_entropy, hits, merit=lambda mean: mean, answer=lambda scores: scores.softmax(1)
)
REGRESS = Task(
    "regress", "nrmse", -1, squared_error, misses, merit=lambda mean: mean**0.5, answer=lambda scores: scores
)
TASKS = {task.name: task for task in (CLASSIFY, REGRESS)}


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
