"""Convolution by the Fourier theorem, tile by tile, so that memory stays small and caches warm.

A transform of length `T` gives `T - K + 1` places that its wrapping has not touched, so tiles overlap by `K - 1`
(overlap-save; Press et al., Numerical Recipes, section 13.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, log2, prod
from typing import Any, cast

import torch
from scipy.fft import next_fast_len
from torch import Tensor

from svertka.errors import SettingError
from svertka.ops.exactness import finished
from svertka.ops.kinds import room
from svertka.ops.padding import part
from svertka.ops.sliding import Sliding, dilated

CACHE = 2**20  # samples of a tile above which it leaves the processor's fast memory
START = 24  # samples whose transform takes as long as to begin one
WHOLE = 2**45  # sums up to which a transform in float64 is less than half a unit off


@dataclass(frozen=True)
class Tiling:
    """Tiles along one axis: how many places there are, how long a transform is, and how many places it gives."""

    places: int
    length: int
    kept: int

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return ceil(self.places / self.kept)

    def starts(self) -> range:
        """Where each begins."""
        return range(0, self.places, self.kept)


def spectral(x: Tensor, kernel: Tensor, how: Sliding) -> Tensor:
    """`F(x ⋆ w) = F(x) · conj(F(w))` on tiles that overlap.

    Raises:
        SettingError: the image is not finite, which a transform would spread over a tile, or sums of whole numbers are
            too large to be told from their neighbours.
    """
    _check(x, how)
    inner = torch.float64 if how.plan.exact else how.plan.inner
    weight = dilated(kernel.to(inner), how.windows)
    tilings = tiled(x.shape[2:], how)
    spectrum = torch.fft.rfftn(weight, [tiling.length for tiling in tilings]).conj()
    y = room((len(x), len(kernel), *[tiling.places for tiling in tilings]), how.plan.outer, x.device)
    for corner in product(*[tiling.starts() for tiling in tilings[:-1]]):
        strip = _row_of_tiles(x, corner, tilings, how).to(inner)
        sums = _multiplied(strip, spectrum, tilings, how.groups)
        _join(y, finished(sums.round() if how.plan.exact else sums, how.plan), corner, tilings)
    strides: Any = (..., *[slice(None, None, window.stride) for window in how.windows])
    return y[strides]


def tiled(sizes: Sequence[int], how: Sliding) -> list[Tiling]:
    """The tiles that cost least, axis by axis."""
    rank = len(how.windows)
    return [
        _cheapest(size + sum(window.margin) - window.span + 1, window.span, rank)
        for size, window in zip(sizes, how.windows, strict=True)
    ]


def work(tilings: Sequence[Tiling]) -> float:
    """How long the transforms of one map take, in steps of a butterfly; those outside the cache count more."""
    rank = len(tilings)
    return prod(_line(tiling, rank) for tiling in tilings) * sum(log2(tiling.length) for tiling in tilings)


def _cheapest(places: int, span: int, rank: int) -> Tiling:
    whole = next_fast_len(places + span - 1, real=True)
    lengths = [base << power for base in (32, 48) for power in range(16)]
    fitting = [length for length in lengths if span <= length < whole]
    candidates = [Tiling(places, length, min(places, length - span + 1)) for length in [*fitting, whole]]
    return min(candidates, key=lambda tiling: _line(tiling, rank) * log2(tiling.length))


def _line(tiling: Tiling, rank: int) -> float:
    return float(tiling.count * (tiling.length + START) * (1 + tiling.length / CACHE ** (1 / rank)))


def _row_of_tiles(x: Tensor, corner: Sequence[int], tilings: Sequence[Tiling], how: Sliding) -> Tensor:
    """`(batch, channels, tiles, *lengths)`: what the tiles that begin at this corner see, along the last axis."""
    for axis, first in enumerate(corner):
        x = part(x, axis - len(tilings), first, tilings[axis].length, how.margins[axis], how.border)
    last = tilings[-1]
    x = part(x, -1, 0, (last.count - 1) * last.kept + last.length, how.margins[-1], how.border)
    return x.unfold(-1, last.length, last.kept).movedim(-2, 2)


def _multiplied(strip: Tensor, spectrum: Tensor, tilings: Sequence[Tiling], groups: int) -> Tensor:
    """`(batch, outputs, tiles, *lengths)`."""
    lengths = [tiling.length for tiling in tilings]
    axes = tuple(range(-len(lengths), 0))
    seen = torch.fft.rfftn(strip, lengths, axes)
    if spectrum.shape[1] == groups == 1:
        return cast("Tensor", torch.fft.irfftn(seen * spectrum[:, 0, None], lengths, axes))
    seen = seen.reshape(len(seen), groups, -1, *seen.shape[2:])
    weight = spectrum.reshape(groups, -1, *spectrum.shape[1:])
    made = torch.einsum("bgct...,goc...->bgot...", seen, weight).flatten(1, 2)
    return cast("Tensor", torch.fft.irfftn(made, lengths, axes))


def _join(y: Tensor, tiles: Tensor, corner: Sequence[int], tilings: Sequence[Tiling]) -> None:
    """Put the kept places of a row of tiles side by side."""
    spans, last = list(_spans(corner, tilings)), tilings[-1]
    place: Any = (..., *[slice(first, stop) for first, stop in spans], slice(None))
    inside: Any = (..., *[slice(0, stop - first) for first, stop in spans], slice(0, last.kept))
    row, pieces = y[place], tiles[inside].movedim(2, -2)
    whole, rest = divmod(last.places, last.kept)
    row[..., : whole * last.kept].view(*row.shape[:-1], whole, last.kept).copy_(pieces[..., :whole, :])
    if rest:
        row[..., whole * last.kept :].copy_(pieces[..., whole, :rest])


def _spans(corner: Sequence[int], tilings: Sequence[Tiling]) -> Iterator[tuple[int, int]]:
    for first, tiling in zip(corner, tilings, strict=False):
        yield first, min(first + tiling.kept, tiling.places)


def _check(x: Tensor, how: Sliding) -> None:
    if how.plan.exact and how.plan.greatest > WHOLE:
        raise SettingError("these sums are too large for a transform to be exact; use method direct")
    if not is_finite(x):
        count = int((~x.isfinite()).sum())
        raise SettingError(
            f"{count} of the image's values are NaN or infinite, which a transform would spread around them; "
            "use method direct, or replace them first"
        )


def is_finite(x: Tensor) -> bool:
    """Whether all values are; one pass, and no memory. Values whose sum overflows are taken for infinite."""
    return not x.is_floating_point() or bool(x.detach().sum().isfinite()) or bool(x.isfinite().all())
