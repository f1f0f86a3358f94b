"""What a network does to an image, call by call, and what each call has to tell of windows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from svertka.errors import ShapeError
from svertka.inference.tiles.boxes import Box


@dataclass(frozen=True)
class Ref:
    """Stands for a tensor in the arguments of a call."""

    number: int


@dataclass(frozen=True)
class Value:
    """What is known of a tensor.

    `axes` are its dimensions that are axes of the image, in order; where there are none it is the same for all tiles.
    `jump` is how far apart its neighbours lie, in samples of the image.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...] = ()
    jump: tuple[Fraction, ...] = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Along the axes of the image."""
        return tuple(self.shape[axis] for axis in self.axes)

    @property
    def trailing(self) -> bool:
        """Whether the axes of the image come last."""
        return self.axes == tuple(range(len(self.shape) - len(self.axes), len(self.shape)))

    @property
    def usual(self) -> bool:
        """Whether they come behind batch and channels, as layers of torch want them."""
        return self.trailing and len(self.shape) == len(self.axes) + 2


class Take(Protocol):
    """Hands out the box of an image, or a tensor that is the same for all tiles."""

    @property
    def device(self) -> torch.device: ...

    def __call__(self, ref: Ref, box: Box | None) -> Any: ...


class Untileable(ShapeError):
    """A call whose result at a place depends on more than a window of its input."""


@dataclass(frozen=True)
class Call:
    """One call of a function of torch: tensors among its arguments are references, and `out` is what it gave back."""

    name: str
    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    out: Value
    values: Sequence[Value]

    def named(self, *names: str) -> dict[str, Any]:
        """The arguments by name, for a function whose arguments bear these names in this order."""
        return {**dict(zip(names, self.args, strict=False)), **self.kwargs}

    @property
    def refs(self) -> list[Ref]:
        """All tensors among the arguments."""
        return [leaf for leaf in tree_leaves((self.args, self.kwargs)) if isinstance(leaf, Ref)]

    @property
    def images(self) -> list[Ref]:
        """Those that have axes of the image."""
        return [ref for ref in self.refs if self.value(ref).axes]

    def value(self, ref: Ref) -> Value:
        return self.values[ref.number]

    @property
    def source(self) -> Value:
        """The first of those."""
        return self.value(self.images[0])

    def run(self, tensors: Callable[[Ref], Any], device: torch.device) -> Any:
        """Call it, with tensors for the references."""

        def real(leaf: Any) -> Any:
            if isinstance(leaf, Ref):
                return tensors(leaf)
            return device if isinstance(leaf, torch.device) else leaf

        args, kwargs = tree_map(real, (self.args, self.kwargs))
        return self.function(*args, **kwargs)


class Operation(Protocol):
    """A call on windows: what it must be given for a box of its result, and that box itself.

    `axes` and `jump` are those of the result.
    """

    @property
    def axes(self) -> tuple[int, ...]: ...

    @property
    def jump(self) -> tuple[Fraction, ...]: ...

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]: ...

    def run(self, box: Box, take: Take) -> Any: ...


@dataclass(frozen=True)
class Local:
    """What operations share whose result lies where the image does."""

    call: Call

    @property
    def axes(self) -> tuple[int, ...]:
        return self.call.source.axes

    @property
    def jump(self) -> tuple[Fraction, ...]:
        return self.call.source.jump


def only_image(call: Call) -> Value:
    """The one image among the arguments, with its axes last.

    Raises:
        Untileable: there are several, or its axes are elsewhere.
    """
    if len(set(call.images)) != 1 or not call.source.usual:
        raise Untileable(f"{call.name} is given images in an order that is not (batch, channels, axes)")
    return call.source


def each(value: Any, rank: int) -> tuple[Any, ...]:
    """A value for each axis."""
    found = tuple(value) if isinstance(value, Sequence) else (value,) * rank
    return found * rank if len(found) == 1 else found


def narrowed(tensor: Tensor, axes: Sequence[int], have: Box, want: Box) -> Tensor:
    """The part of a tensor that holds one box, out of that which holds another."""
    for axis, (start, _), (low, high) in zip(axes, have, want, strict=True):
        if (low, high) != (start, start + tensor.shape[axis]):
            tensor = tensor.narrow(axis, low - start, high - low)
    return tensor
