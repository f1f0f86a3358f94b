"""Whatever gives each place by itself: sums, activations, normalisation by known moments, joined and split channels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from svertka.inference.tiles.boxes import Box
from svertka.inference.tiles.calls import Call, Ref, Take, Untileable


@dataclass(frozen=True)
class Placewise:
    """A call that is made on a box as it would be on the whole.

    Where `broadcasting`, tensors are aligned at their last dimensions, and those that are no images may have the
    image's sizes too, of which the box is taken. `altered` replaces arguments that name sizes.
    """

    call: Call
    axes: tuple[int, ...]
    broadcasting: bool = False
    altered: Callable[[Box], Call] | None = None

    @property
    def jump(self) -> tuple[Fraction, ...]:
        return self.call.source.jump

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        for ref in set(self.call.images):
            yield ref, self._of(ref, box)

    def run(self, box: Box, take: Take) -> Any:
        def given(ref: Ref) -> Any:
            if self.call.value(ref).axes:
                return take(ref, self._of(ref, box))
            steady = take(ref, None)
            return self._part(steady, box) if self.broadcasting else steady

        return (self.altered(box) if self.altered else self.call).run(given, take.device)

    def _of(self, ref: Ref, box: Box) -> Box:
        """The box of one of the images, which has a single place along an axis where it serves for all."""
        if not self.broadcasting:
            return box
        sizes, out = self.call.value(ref).sizes, [self.call.out.shape[axis] for axis in self.axes]
        return tuple((0, 1) if size == 1 != most else span for size, most, span in zip(sizes, out, box, strict=True))

    def _part(self, steady: Tensor, box: Box) -> Tensor:
        """The box of a tensor that has the image's sizes."""
        ahead = len(self.call.out.shape) - steady.dim()
        for axis, (low, high) in zip(self.axes, box, strict=True):
            if axis >= ahead and steady.shape[axis - ahead] > 1:
                steady = steady.narrow(axis - ahead, low, high - low)
        return steady


def kept(call: Call) -> Placewise:
    """The rule for what changes no axis, and takes weights of channels only."""
    return Placewise(call, call.source.axes)


def broadcast(call: Call) -> Placewise:
    """The rule for sums, products, comparisons and choices.

    Raises:
        Untileable: two axes of the image meet in one.
    """
    dims = len(call.out.shape)
    found = {tuple(axis + dims - len(call.value(ref).shape) for axis in call.value(ref).axes) for ref in call.images}
    if len(found) > 1:
        raise Untileable(f"{call.name} is given images whose axes are in different places")
    return Placewise(call, found.pop(), broadcasting=True)


def steadying(call: Call) -> Placewise:
    """The rule for normalisation by moments, which must be known already.

    Raises:
        Untileable: they are those of the image.
    """
    if call.named("input", "mean", "variance", "weight", "bias", "training").get("training"):
        raise Untileable("it takes mean and deviation over the whole image")
    return kept(call)


def dropping(call: Call) -> Placewise:
    """The rule for dropout, which must be off.

    Raises:
        Untileable: it is on.
    """
    if call.named("input", "p", "training").get("training", True):
        raise Untileable("it draws random numbers over the whole image")
    return kept(call)


def along(call: Call) -> Placewise:
    """The rule for what goes along one dimension and keeps it, as softmax, `glu` and cumulative sums.

    Raises:
        Untileable: it is an axis of the image.
    """
    given = call.named("input", "dim")
    if given.get("dim") is None:
        raise Untileable(f"{call.name} does not say along which dimension")
    _apart(call, [given["dim"]], len(call.source.shape))
    return kept(call)


def reducing(call: Call) -> Placewise:
    """The rule for means, sums and so on over channels.

    Raises:
        Untileable: they are over axes of the image.
    """
    given = call.named("input", "dim", "keepdim")
    dims = given.get("dim", given.get("axis"))
    if dims is None or isinstance(dims, Ref):
        raise Untileable(f"{call.name} is over the whole image")
    size = len(call.source.shape)
    gone = _apart(call, dims if isinstance(dims, Sequence) else [dims], size)
    if given.get("keepdim"):
        return kept(call)
    return Placewise(call, tuple(axis - sum(dim < axis for dim in gone) for axis in call.source.axes))


def joining(call: Call) -> Placewise:
    """The rule for `cat`.

    Raises:
        Untileable: images are laid side by side.
    """
    given = call.named("tensors", "dim")
    values = [call.value(ref) for ref in given["tensors"]]
    _apart(call, [given.get("dim", given.get("axis", 0))], len(call.out.shape))
    if any(value.axes != call.source.axes for value in values):
        raise Untileable("it joins images with what is no image")
    return kept(call)


def stacking(call: Call) -> Placewise:
    """The rule for `stack`."""
    given = call.named("tensors", "dim")
    if any(call.value(ref).axes != call.source.axes for ref in given["tensors"]):
        raise Untileable("it joins images with what is no image")
    new = given.get("dim", 0) % len(call.out.shape)
    return Placewise(call, tuple(axis + (axis >= new) for axis in call.source.axes))


def splitting(call: Call) -> Placewise:
    """The rule for `chunk` and `split`, which give several tensors.

    Raises:
        Untileable: the image is cut in pieces.
    """
    _apart(call, [call.named("input", "size", "dim").get("dim", 0)], len(call.source.shape))
    return kept(call)


def unbinding(call: Call) -> Placewise:
    """The rule for `unbind`."""
    (gone,) = _apart(call, [call.named("input", "dim").get("dim", 0)], len(call.source.shape))
    return Placewise(call, tuple(axis - (gone < axis) for axis in call.source.axes))


def embedding(call: Call) -> Placewise:
    """The rule for `embedding`: each place becomes a row of its own, at the end."""
    return Placewise(call, call.source.axes)


def linear(call: Call) -> Placewise:
    """The rule for linear layers over channels that come last.

    Raises:
        Untileable: it is over an axis of the image, or over a flattened one.
    """
    _apart(call, [-1], len(call.source.shape))
    return kept(call)


def normalising(call: Call) -> Placewise:
    """The rule for layer normalisation over channels that come last.

    Raises:
        Untileable: it is over axes of the image.
    """
    count, dims = len(call.named("input", "shape")["shape"]), len(call.source.shape)
    _apart(call, list(range(dims - count, dims)), dims)
    return kept(call)


def transposing(call: Call) -> Placewise:
    """The rule for `transpose`, `permute` and `movedim`: the image's axes keep their order.

    Raises:
        Untileable: they do not.
    """
    dims = len(call.source.shape)
    marked = torch.empty(tuple(range(2, 2 + dims)), device="meta")
    moved = call.run(lambda _: marked, marked.device)
    axes = tuple(moved.shape.index(axis + 2) for axis in call.source.axes)
    return Placewise(call, axes)


def inserting(call: Call) -> Placewise:
    """The rule for `unsqueeze`."""
    new = call.named("input", "dim")["dim"] % len(call.out.shape)
    return Placewise(call, tuple(axis + (axis >= new) for axis in call.source.axes))


def squeezing(call: Call) -> Placewise:
    """The rule for `squeeze` along a dimension.

    Raises:
        Untileable: it is an axis of the image, or none is told.
    """
    given = call.named("input", "dim")
    if given.get("dim") is None:
        raise Untileable("what squeeze leaves depends on the size")
    (gone,) = _apart(call, [given["dim"]], len(call.source.shape))
    single = call.source.shape[gone] == 1
    return Placewise(call, tuple(axis - (single and gone < axis) for axis in call.source.axes))


def reshaping(call: Call) -> Placewise:
    """The rule for `reshape`, `view`, `flatten` and `unflatten`, which must leave the image's axes as the last.

    Raises:
        Untileable: they do not.
    """
    sizes, rank = call.source.sizes, len(call.source.axes)
    if not call.source.trailing or call.out.shape[-rank:] != sizes or len(call.out.shape) == rank:
        raise Untileable("it flattens the image, so that what follows depends on the size")
    ahead = call.out.shape[:-rank]

    def altered(box: Box) -> Call:
        shape = (*ahead, *(high - low for low, high in box))
        return Call("reshape", torch.reshape, (call.images[0], shape), {}, call.out, call.values)

    return Placewise(call, tuple(range(len(ahead), len(call.out.shape))), altered=altered)


def _apart(call: Call, dims: Sequence[int], size: int) -> list[int]:
    """Dimensions counted from the first.

    Raises:
        Untileable: an axis of the image is among them.
    """
    found = [dim % size for dim in dims]
    if set(found) & set(call.source.axes):
        raise Untileable(f"{call.name} goes over axes of the image")
    return found
