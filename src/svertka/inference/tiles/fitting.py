"""Windows that reach beyond the border of an image, where padding begins."""

from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.boxes import Box, Span


def inside(reach: Span, size: int) -> Span:
    """The part of a reach that lies within an axis; at least the sample next to it, for something must be read.

    >>> inside((-2, 3), 10), inside((-4, -1), 10), inside((11, 14), 10)
    ((0, 3), (0, 1), (9, 10))
    """
    low, high = min(max(reach[0], 0), size - 1), max(min(reach[1], size), 1)
    return low, max(low + 1, high)


def fitted(tensor: Tensor, have: Box, want: Box, value: float = 0.0) -> Tensor:
    """A tensor, whose last axes hold one box, cut or padded with a value until they hold another."""
    if have == want:
        return tensor
    margins = [
        (max(0, start - low), max(0, high - stop)) for (start, stop), (low, high) in zip(have, want, strict=True)
    ]
    if any(map(any, margins)):
        tensor = F.pad(tensor, [count for pair in reversed(margins) for count in pair], value=value)
    for place, ((start, _), (low, high)) in enumerate(zip(have, want, strict=True)):
        axis = place - len(want)
        if tensor.shape[axis] != high - low:
            tensor = tensor.narrow(axis, low - min(low, start), high - low)
    return tensor
