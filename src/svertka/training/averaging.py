"""A running average of the weights."""

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

Tensors = tuple[Tensor, ...] | list[Tensor]


def averaged(network: nn.Module, decay: float) -> AveragedModel:
    """A second network that follows the first: `a ← d a + (1 − d) w` after every step.

    `d` rises to `decay` as `(1 + n) / (10 + n)`, so that the start is soon forgotten. Running statistics of
    normalisation are averaged alike; Polyak and Juditsky (1992), in exponential form.
    """

    def follow(mine: Tensors, theirs: Tensors, steps: Tensor | int) -> None:
        if not mine[0].is_floating_point():
            torch._foreach_copy_(mine, theirs)
            return
        n = int(steps)
        torch._foreach_lerp_(mine, theirs, 1 - min(decay, (1 + n) / (10 + n)))

    return AveragedModel(network, multi_avg_fn=follow, use_buffers=True)
