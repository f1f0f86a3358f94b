"""Batch normalisation of signals on SO(3), in the order in which they lie in memory."""

from torch import Tensor, nn


class RotationNorm(nn.BatchNorm3d):
    """`nn.BatchNorm3d`, quick where channels lie innermost in memory, as in what `SphereConv` and `RotationConv` give.

    `(batch, channels, 2b, 2b, 2b)`, and the same out of it. The batch becomes a part of the last axis, which changes
    no mean over both; so signals are neither copied nor read against their order, and the next layer finds them as it
    likes them.
    """

    def forward(self, x: Tensor) -> Tensor:
        rows = x.permute(2, 4, 3, 0, 1)
        long = rows.reshape(1, *rows.shape[:2], -1, rows.shape[-1]).movedim(-1, 1)
        y: Tensor = super().forward(long)
        return y.movedim(1, -1).reshape(rows.shape).permute(3, 4, 0, 2, 1)
