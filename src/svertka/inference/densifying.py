"""The answers of a patch classifier at every place of an image, exactly and at once."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import handle_torch_function, has_torch_function_unary

from svertka.errors import ShapeError
from svertka.geometry import times
from svertka.inference.fragments import joined, taken
from svertka.inference.turning import channels_of, rank_of, turn
from svertka.nn import lay_out

ROOM, MOST = 2**26, 2**29  # bytes of the largest map of a block, and of a large block
LARGE = 1.25  # what a number of a large block costs, that of others = 1: fast memory does not hold it


class Dense(nn.Module):
    """A patch classifier for all patches of an image: from `dense`.

    From images `(batch, channels, *sizes)` to scores `(batch, classes, *places)`, where `places = sizes - patch + 1`
    along each axis: those at a place are what the classifier gives for the patch that begins there, whose middle lies
    `before` samples further on. Large images go through block by block, which changes nothing but memory.
    """

    def __init__(self, network: nn.Module, patch: Sequence[int], channels: int) -> None:
        super().__init__()
        self.patch, self.channels = tuple(patch), channels
        way = turn(network, channels, self.patch)
        self.network, self.steps, self.maps = way.network, way.last.steps, way.maps
        # Images of one channel have no layout of their own: the kernels' decides.
        for parameter in self.network.parameters():
            parameter.data = lay_out(parameter.data)

    @property
    def before(self) -> tuple[int, ...]:
        """How many samples of a patch lie before its middle."""
        return tuple(size // 2 for size in self.patch)

    @property
    def after(self) -> tuple[int, ...]:
        """How many lie behind it."""
        return tuple((size - 1) // 2 for size in self.patch)

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Scores of all patches; it is for use, and knows no gradients.

        Raises:
            ShapeError: the images are smaller than a patch, or of another kind.
        """
        if has_torch_function_unary(x):  # somebody writes down what is called, and this is one call
            mapped: Tensor = handle_torch_function(everywhere, (x,), x, self, self.patch)
            return mapped
        self._check(x.shape)
        places = [size - patch + 1 for size, patch in zip(x.shape[2:], self.patch, strict=True)]
        found: Tensor | None = None
        for cut in _blocks(places, self._block(places, x.element_size())):
            one = self._of_block(x, cut)
            found = one.new_empty(*one.shape[:2], *places) if found is None else found
            if x.is_meta:  # no block is larger than the first, and there is nothing to copy
                break
            taken(found, cut).copy_(one)
        assert found is not None
        return found

    def _of_block(self, x: Tensor, cut: Sequence[slice]) -> Tensor:
        """Scores of the patches that begin in a block."""
        needed = [slice(one.start, one.stop + patch - 1) for one, patch in zip(cut, self.patch, strict=True)]
        sizes = [one.stop - one.start for one in cut]
        more = [-size % step for size, step in zip(sizes, self.steps, strict=True)]
        images = lay_out(F.pad(taken(x, needed), [pad for size in reversed(more) for pad in (0, size)]))
        maps = joined(self.network(images), self.steps)
        return taken(maps, [slice(size) for size in sizes])

    def _block(self, places: Sequence[int], itemsize: int) -> list[int]:
        """The sizes of a block: a large one only where smaller ones would repeat far more at their borders."""
        small, large = (self._fitting(places, itemsize, room) for room in (ROOM, MOST))
        return small if self._work(small) <= LARGE * self._work(large) else large

    def _fitting(self, places: Sequence[int], itemsize: int, room: int) -> list[int]:
        """The sizes of a block, the same for all, as large as there is room for."""
        counts = [1] * len(places)
        while True:
            sizes = [_rounded(-(-size // count), step)
                     for size, count, step in zip(places, counts, self.steps, strict=True)]  # fmt: skip
            axis = max(range(len(sizes)), key=lambda each: sizes[each] / self.steps[each])
            if self._bytes(sizes, itemsize) <= room or sizes[axis] == self.steps[axis]:
                return sizes
            counts[axis] += 1

    def _bytes(self, sizes: Sequence[int], itemsize: int) -> int:
        """What the largest map of a block of places takes."""
        return itemsize * max(self._numbers(sizes))

    def _work(self, sizes: Sequence[int]) -> float:
        """How many numbers there are on the way for each place of a block."""
        return sum(self._numbers(sizes)) / prod(sizes)

    def _numbers(self, sizes: Sequence[int]) -> list[int]:
        """How many each map has."""
        return [
            channels * prod(size + (length - 1) * step
                            for size, length, step in zip(sizes, stage.sizes, stage.steps, strict=True))
            for channels, stage in self.maps
        ]  # fmt: skip

    def _check(self, shape: Sequence[int]) -> None:
        rank = len(self.patch)
        if len(shape) != rank + 2 or shape[1] != self.channels:
            raise ShapeError(
                f"a dense map of patches of {times(self.patch)} wants images (batch, {self.channels}, and {rank} sizes)"
                f", not an array of shape {tuple(shape)}"
            )
        if any(size < patch for size, patch in zip(shape[2:], self.patch, strict=True)):
            raise ShapeError(
                f"an image of {times(shape[2:])} holds no patch of {times(self.patch)}; wanted is a larger one"
            )


def everywhere(x: Tensor, made: Dense, patch: Sequence[int]) -> Tensor:
    """What a dense network gives for an image: the call that `tiles` know it by."""
    scores: Tensor = made(x)
    return scores


def dense(network: nn.Module, patch: int | Sequence[int], *, channels: int | None = None) -> Dense:
    """A network that gives at every place of an image what a classifier gives for the patch there.

    Linear layers become convolutions; strides split maps into fragments. That is exact: only the order of sums differs.
    It is a copy: what is learned later does not reach it.

    Args:
        network: a classifier, or any network with one row of scores for a patch, on lines, planes or volumes. No layer
            of it may depend on where the patch ends: padding, means over the patch that weigh its features
            (squeeze-excite), normalisation over it, last windows that are cut off.
        patch: the sizes of a patch; a whole number for a square.
        channels: of a patch; by default seen from the network.

    Raises:
        ShapeError: it cannot be turned; the message names the layer and says why.
    """
    sizes = (patch,) * rank_of(network) if isinstance(patch, int) else tuple(patch)
    made = Dense(network, sizes, channels_of(network, sizes) if channels is None else channels)
    return made.eval()


def _blocks(places: Sequence[int], block: Sequence[int]) -> Iterator[tuple[slice, ...]]:
    """Where blocks lie that cover all places."""
    axes = [[slice(start, min(start + step, size)) for start in range(0, size, step)]
            for size, step in zip(places, block, strict=True)]  # fmt: skip
    return product(*axes)


def _rounded(size: int, step: int) -> int:
    return -(-size // step) * step
