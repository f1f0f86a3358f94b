"""Means, sums and extremes over a whole image, gathered tile by tile in double precision before what follows is run.

So networks that look at the whole image through such numbers alone (squeeze and excitation; normalisation by the
moments of groups, instances or layers) are exact in tiles too; each costs one pass more over what comes before it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.boxes import Box
from svertka.inference.tiles.calls import Call, Operation, Ref, Take, Untileable
from svertka.inference.tiles.placewise import broadcast, reducing


@dataclass(frozen=True)
class Overall:
    """A number for each channel, from all places."""

    call: Call
    image: Ref
    dims: tuple[int, ...]
    kind: str

    axes: tuple[int, ...] = ()
    jump: tuple[Fraction, ...] = ()

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        raise AssertionError("it is gathered before")

    def run(self, box: Box, take: Take) -> Any:
        raise AssertionError("it is gathered before")

    def of(self, part: Tensor) -> Tensor:
        """The numbers from one tile of the image."""
        found: Tensor = GATHERING[self.kind](part.double(), self.dims)
        return found

    def joined(self, parts: Iterable[Tensor]) -> Tensor:
        """Those from tiles that cover the image once."""
        return reduce(JOINING[self.kind], parts)

    def finished(self, total: Tensor, dtype: torch.dtype, share: Fraction = Fraction(1)) -> Tensor:
        """What the call would have given; of a mean, `share` of all places are in the total."""
        count = prod(self.call.source.shape[dim] for dim in self.dims) * share if self.kind == "mean" else 1
        return (total / float(count)).to(dtype).reshape(self.call.out.shape)


GATHERING: dict[str, Any] = {"mean": torch.sum, "sum": torch.sum, "amax": torch.amax, "amin": torch.amin}
JOINING: dict[str, Any] = {"mean": torch.add, "sum": torch.add, "amax": torch.maximum, "amin": torch.minimum}


def summing(call: Call) -> Operation:
    """The rule for `mean`, `sum`, `amax` and `amin`, over channels or over everything.

    Raises:
        Untileable: they are over some axes of the image and not over others.
    """
    given = call.named("input", "dim")
    dims, size = given.get("dim", given.get("axis")), len(call.source.shape)
    asked = range(size) if dims is None else dims if isinstance(dims, Sequence) else [dims]
    found = tuple(sorted(dim % size for dim in asked))
    if set(call.source.axes) <= set(found):
        return Overall(call, call.images[0], found, call.name)
    return reducing(call)


def pooling_to(kind: str) -> Callable[[Call], Overall]:
    """The rule for adaptive pooling, to a single place."""

    def rule(call: Call) -> Overall:
        """Raises: Untileable where there are more places."""
        if any(call.out.shape[axis] != 1 for axis in call.source.axes):
            raise Untileable("it pools to a given size, so that its windows depend on the size of the image")
        return Overall(call, call.images[0], call.source.axes, kind)

    return rule


def extreme(call: Call) -> Operation:
    """The rule for `max` and `min`: of two images, or over channels."""
    return broadcast(call) if len(call.refs) > 1 else reducing(call)


def grouped(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """`group_norm` in steps that can be gathered."""
    parts = x.reshape(len(x), num_groups, -1, *x.shape[2:])
    return _shifted(_standard(parts, range(2, parts.dim()), eps).reshape(x.shape), weight, bias)


def by_instance(
    x: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None, weight: Tensor | None = None,
    bias: Tensor | None = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """`instance_norm` likewise."""
    if use_input_stats or running_mean is None or running_var is None:
        return _shifted(_standard(x, range(2, x.dim()), eps), weight, bias)
    return F.batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)


def by_layer(
    x: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """`layer_norm` over axes of the image likewise."""
    found = _standard(x, range(x.dim() - len(normalized_shape), x.dim()), eps)
    found = found if weight is None else found * weight
    return found if bias is None else found + bias


def _standard(x: Tensor, dims: Sequence[int], eps: float) -> Tensor:
    centred = x - x.mean(dim=tuple(dims), keepdim=True)
    return centred * (centred.square().mean(dim=tuple(dims), keepdim=True) + eps).rsqrt()


def _shifted(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    shape = (-1, *[1] * (x.dim() - 2))
    x = x if weight is None else x * weight.reshape(shape)
    return x if bias is None else x + bias.reshape(shape)


IN_STEPS: dict[str, Callable[..., Tensor]] = {
    "group_norm": grouped, "instance_norm": by_instance, "layer_norm": by_layer,
}  # fmt: skip
