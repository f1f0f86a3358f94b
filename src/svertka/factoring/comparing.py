"""How far a changed network's answers are from those of the one it was made from."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from svertka.data.batches import Batch
from svertka.tasks import Task

CHOOSING = ("classify", "segment", "next")


@dataclass(frozen=True)
class Comparison:
    """Two networks on the same samples.

    `change` is the mean over samples of ‖after − before‖ / ‖before‖, of all scores of a sample; `changed` the share of
    the answers, one for each sample or place, whose likeliest class is another, and empty for numbers. `before` and
    `after` are the task's figure of merit, whose name is `figure`.
    """

    data: str
    part: str
    samples: int
    change: float
    changed: float | None
    figure: str
    before: float
    after: float


def compare(
    before: nn.Module, after: nn.Module, batches: Iterable[Batch], task: Task, *, data: str, part: str
) -> Comparison:
    """The answers of two networks in evaluation mode to the same batches."""
    change, changed, points, count, answers = 0.0, 0, [0.0, 0.0], 0, 0
    with torch.inference_mode():
        for batch in batches:
            old, new = before(batch.images).float(), after(batch.images).float()
            change += float(_relative(old, new).sum())
            changed += int((old.argmax(1) != new.argmax(1)).sum())
            points = [total + float(task.points(scores, batch.targets).sum())
                      for total, scores in zip(points, (old, new), strict=True)]  # fmt: skip
            count += len(batch)
            answers += old.argmax(1).numel()
    return Comparison(
        data=data, part=part, samples=count, change=change / count,
        changed=changed / answers if task.name in CHOOSING else None, figure=task.figure,
        before=task.merit(points[0] / count), after=task.merit(points[1] / count),
    )  # fmt: skip


def _relative(old: Tensor, new: Tensor) -> Tensor:
    """The change of each sample, in units of its scores' length; 0 where there is none."""
    moved, length = (new - old).flatten(1).norm(dim=1), old.flatten(1).norm(dim=1)
    return torch.where(moved > 0, moved / length, moved)
