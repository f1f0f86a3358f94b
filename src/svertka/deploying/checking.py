"""How far an engine's answers are from those of the network itself."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from svertka.engines import Precision
from svertka.tasks import Task

TOLERANCES: dict[Precision, float] = {"float32": 1e-4, "bfloat16": 0.1, "int8": 0.5}
CHOOSING = ("classify", "segment", "next")


@dataclass(frozen=True)
class Check:
    """Scores beside the original's.

    `error` is the largest difference, in standard deviations of the original's scores; `changed` the share of the
    answers, one for each sample or place, whose likeliest class is another, and nothing for numbers. `before` and
    `after` are the task's figure of merit, where the truth is known.
    """

    error: float
    changed: float | None
    before: float | None = None
    after: float | None = None

    def refusal(self, tolerance: float, changes: float) -> str:
        """What is too far off, and by how much; nothing where all is within the limits."""
        if not self.error <= tolerance:
            return f"its scores are off by {self.error:.2g} of their deviation, and {tolerance:.2g} is allowed"
        if self.changed is not None and self.changed > changes:
            return f"{self.changed:.2%} of its answers are others, and {changes:.2%} are allowed"
        return ""


def checked(expected: Tensor, found: Tensor, task: Task, targets: Tensor | None = None) -> Check:
    """Two sets of scores `(samples, outputs, …)` of the same images."""
    if expected.shape != found.shape:
        return Check(float("inf"), None)
    changed = float((expected.argmax(1) != found.argmax(1)).float().mean()) if task.name in CHOOSING else None
    error = float((found - expected).abs().max()) / spread(expected)
    if targets is None:
        return Check(error, changed)
    before, after = (task.merit(float(task.points(scores, targets).mean())) for scores in (expected, found))
    return Check(error, changed, before, after)


def spread(scores: Tensor) -> float:
    """The standard deviation of all scores; where they are all alike, their size, or 1."""
    return float(scores.std(correction=0)) or float(scores.abs().max()) or 1.0


def in_batches(scores: Callable[[Tensor], Tensor], images: Tensor, size: int) -> Tensor:
    """The scores of many images, so many at a time."""
    return torch.cat([scores(chunk) for chunk in torch.split(images, size)])
