"""Transposed convolutions on windows: each sample spreads a kernel, and all of those that reach a place are read."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.boxes import Box, Span
from svertka.inference.tiles.calls import Call, Local, Ref, Take, each, narrowed, only_image


@dataclass(frozen=True)
class Spread:
    """A kernel that each of `size` samples spreads along one axis, `padding` places of which are cut off."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def span(self) -> int:
        """How far a kernel reaches beyond its first place."""
        return self.dilation * (self.kernel - 1)

    def sources(self, span: Span) -> Span:
        """The samples whose kernels reach these places, at least one."""
        low, high = span[0] + self.padding, span[1] - 1 + self.padding
        first = min(-((self.span - low) // self.stride), low // self.stride)
        return min(max(first, 0), self.size - 1), min(high // self.stride, self.size - 1) + 1

    def extra(self, span: Span) -> Span:
        """What their kernels cover before and behind; negative behind where nothing but the bias comes."""
        first, stop = self.sources(span)
        start = first * self.stride - self.padding
        return span[0] - start, (stop - 1) * self.stride - self.padding + self.span + 1 - span[1]

    def cut(self, span: Span) -> tuple[int, int]:
        """How much torch may be told to leave out on both sides, and to add behind (its output padding)."""
        before, after = self.extra(span)
        padding = before if 0 <= before - after < max(self.stride, self.dilation) else max(0, min(before, after))
        return padding, max(0, padding - after)


@dataclass(frozen=True)
class Spreading(Local):
    """A transposed convolution."""

    image: Ref
    weight: Ref
    bias: Ref | None
    lines: tuple[Spread, ...]
    groups: int

    @property
    def jump(self) -> tuple[Fraction, ...]:
        return tuple(jump / line.stride for jump, line in zip(self.call.source.jump, self.lines, strict=True))

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._sources(box)

    def run(self, box: Box, take: Take) -> Tensor:
        x = take(self.image, self._sources(box))
        cuts = [line.cut(span) for line, span in zip(self.lines, box, strict=True)]
        spread = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[len(box) - 1]
        weight, bias = take(self.weight, None), None if self.bias is None else take(self.bias, None)
        strides, dilations = [line.stride for line in self.lines], [line.dilation for line in self.lines]
        found = spread(
            x, weight, bias, strides, [p for p, _ in cuts], [more for _, more in cuts], self.groups, dilations
        )
        left = [line.extra(span)[0] - cut for line, span, (cut, _) in zip(self.lines, box, cuts, strict=True)]
        have = tuple((low - over, low - over) for (low, _), over in zip(box, left, strict=True))
        return narrowed(found, self.axes, have, box)

    def _sources(self, box: Box) -> Box:
        return tuple(line.sources(span) for line, span in zip(self.lines, box, strict=True))


def transposed_convolution(call: Call) -> Spreading:
    """The rule for `conv_transpose1d` and so on."""
    given = call.named("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
    kernel = call.value(given["weight"]).shape[2:]
    image, rank = only_image(call), len(kernel)
    more = (each(given.get(name, usual), rank) for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1)))
    lines = tuple(map(Spread, image.sizes, kernel, *more))
    return Spreading(call, given["input"], given["weight"], given.get("bias"), lines, given.get("groups", 1))
