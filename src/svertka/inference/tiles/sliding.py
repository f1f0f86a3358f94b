"""Convolutions and poolings on windows: padding is added only where a window touches the true border."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.boxes import Box, Span
from svertka.inference.tiles.calls import Call, Ref, Take, each, only_image
from svertka.inference.tiles.fitting import fitted, inside


@dataclass(frozen=True)
class Line:
    """A kernel that slides along one axis of `size` samples, from `before` samples ahead of the first."""

    size: int
    kernel: int
    stride: int
    before: int
    dilation: int

    def reach(self, span: Span) -> Span:
        """The samples under the kernel at these places, those of the padding too."""
        low, high = span
        last = (high - 1) * self.stride - self.before
        return low * self.stride - self.before, last + self.dilation * (self.kernel - 1) + 1


@dataclass(frozen=True)
class Sliding:
    """What all of them share."""

    call: Call
    image: Ref
    lines: tuple[Line, ...]
    jump: tuple[Fraction, ...]

    @property
    def axes(self) -> tuple[int, ...]:
        return self.call.source.axes

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._inside(box)

    def _reach(self, box: Box) -> Box:
        return tuple(line.reach(span) for line, span in zip(self.lines, box, strict=True))

    def _inside(self, box: Box) -> Box:
        return tuple(inside(span, line.size) for line, span in zip(self.lines, self._reach(box), strict=True))

    def _each(self, name: str) -> list[int]:
        return [getattr(line, name) for line in self.lines]


@dataclass(frozen=True)
class Convolving(Sliding):
    """A convolution; what it adds on both sides alike it adds itself, to save a copy."""

    weight: Ref
    bias: Ref | None
    groups: int

    def run(self, box: Box, take: Take) -> Tensor:
        x, have, want = take(self.image, self._inside(box)), self._inside(box), self._reach(box)
        margins = [(a - low, high - b) for (a, b), (low, high) in zip(have, want, strict=True)]
        alike = all(before == after >= 0 for before, after in margins)
        padding = [before for before, _ in margins] if alike else [0] * len(margins)
        x = x if alike else fitted(x, have, want)
        weight, bias = take(self.weight, None), None if self.bias is None else take(self.bias, None)
        convolve = (F.conv1d, F.conv2d, F.conv3d)[len(box) - 1]
        return convolve(x, weight, bias, self._each("stride"), padding, self._each("dilation"), self.groups)


@dataclass(frozen=True)
class Largest(Sliding):
    """Max pooling, in ceil mode too: beyond the border everything is smaller."""

    def run(self, box: Box, take: Take) -> Tensor:
        x = fitted(take(self.image, self._inside(box)), self._inside(box), self._reach(box), -inf)
        pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[len(box) - 1]
        found: Tensor = pool(x, self._each("kernel"), self._each("stride"), 0, self._each("dilation"))
        return found


@dataclass(frozen=True)
class Averaging(Sliding):
    """Average pooling: sums, divided by how many samples count at each place.

    `after` is where the padding ends along each axis, behind which nothing counts even where padding does.
    """

    after: tuple[int, ...]
    counting: bool
    divisor: int | None

    def run(self, box: Box, take: Take) -> Tensor:
        x = fitted(take(self.image, self._inside(box)), self._inside(box), self._reach(box))
        flat = len(box) == 1  # torch has no sums along a line alone
        kernel, stride = ([1] * flat + self._each(name) for name in ("kernel", "stride"))
        x = x.unsqueeze(2) if flat else x
        pool = F.avg_pool3d if len(box) == 3 else F.avg_pool2d
        counts = [self._counts(axis, span) for axis, span in enumerate(box)]
        if self.divisor or all(
            set(line) == {kernel} for line, kernel in zip(counts, self._each("kernel"), strict=True)
        ):
            found = pool(x, kernel, stride, divisor_override=self.divisor)
            return found.squeeze(2) if flat else found
        sums = pool(x, kernel, stride, divisor_override=1)
        return (sums.squeeze(2) if flat else sums) / _product(counts, sums)

    def _counts(self, axis: int, span: Span) -> list[int]:
        """How many samples count at each place along an axis."""
        line = self.lines[axis]
        low, high = (-line.before, self.after[axis]) if self.counting else (0, line.size)
        reaches = (line.reach((place, place + 1)) for place in range(*span))
        return [min(b, high) - max(a, low) for a, b in reaches]


def _product(counts: Sequence[Sequence[int]], like: Tensor) -> Tensor:
    """The outer product of counts along each axis."""
    found = like.new_ones(())
    for line in counts:
        found = found[..., None] * like.new_tensor(line)
    return found


def convolution(call: Call) -> Convolving:
    """The rule for `conv1d`, `conv2d` and `conv3d`."""
    given = call.named("input", "weight", "bias", "stride", "padding", "dilation", "groups")
    kernel = call.value(given["weight"]).shape[2:]
    image, rank = only_image(call), len(kernel)
    dilations = each(given.get("dilation", 1), rank)
    padding = given.get("padding", 0)
    if padding == "same":
        padding = [dilation * (length - 1) // 2 for length, dilation in zip(kernel, dilations, strict=True)]
    before = each(0 if padding == "valid" else padding, rank)
    strides = each(given.get("stride", 1), rank)
    lines = tuple(map(Line, image.sizes, kernel, strides, before, dilations))
    bias = given.get("bias")
    return Convolving(
        call, given["input"], lines, _jumped(image.jump, strides), given["weight"], bias, given.get("groups", 1)
    )


def max_pooling(call: Call) -> Largest:
    """The rule for max pooling."""
    given = call.named("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
    image, lines = _pooled(call, given)
    return Largest(call, given["input"], lines, _jumped(image.jump, [line.stride for line in lines]))


def average_pooling(call: Call) -> Averaging:
    """The rule for average pooling."""
    given = call.named(
        "input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"
    )
    image, lines = _pooled(call, given)
    after = tuple(line.size + line.before for line in lines)
    jump = _jumped(image.jump, [line.stride for line in lines])
    counting = given.get("count_include_pad", True)
    return Averaging(call, given["input"], lines, jump, after, counting, given.get("divisor_override"))


def _pooled(call: Call, given: dict[str, Any]) -> tuple[Any, tuple[Line, ...]]:
    image = only_image(call)
    rank = len(image.axes)
    kernel = each(given["kernel_size"], rank)
    stride = given.get("stride")
    strides = kernel if stride is None or stride in ([], ()) else each(stride, rank)
    paddings, dilations = each(given.get("padding", 0), rank), each(given.get("dilation", 1), rank)
    return image, tuple(map(Line, image.sizes, kernel, strides, paddings, dilations))


def _jumped(jump: Sequence[Fraction], strides: Sequence[int]) -> tuple[Fraction, ...]:
    return tuple(one * stride for one, stride in zip(jump, strides, strict=True))
