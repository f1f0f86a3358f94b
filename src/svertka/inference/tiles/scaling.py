"""Upsampling on windows: every place knows from which samples of the whole image it comes, and with which weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.inference.tiles.boxes import Box, Span
from svertka.inference.tiles.calls import Call, Local, Ref, Take, Untileable, each, narrowed, only_image
from svertka.inference.tiles.fitting import inside

HALOS = {"nearest": 0, "nearest-exact": 0, "linear": 1, "bilinear": 1, "trilinear": 1, "bicubic": 2}


@dataclass(frozen=True)
class Repeating(Local):
    """Upsampling by whole factors: a tile that begins at a sample is scaled as the whole is."""

    image: Ref
    factors: tuple[int, ...]
    halo: int
    mode: str

    @property
    def jump(self) -> tuple[Fraction, ...]:
        return tuple(jump / factor for jump, factor in zip(self.call.source.jump, self.factors, strict=True))

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._sources(box)

    def run(self, box: Box, take: Take) -> Tensor:
        sources = self._sources(box)
        scaled = F.interpolate(take(self.image, sources), scale_factor=tuple(map(float, self.factors)), mode=self.mode)
        have = tuple((low * factor, high * factor) for (low, high), factor in zip(sources, self.factors, strict=True))
        return narrowed(scaled, self.axes, have, box)

    def _sources(self, box: Box) -> Box:
        reaches = [
            (low // factor - self.halo, (high - 1) // factor + 1 + self.halo)
            for (low, high), factor in zip(box, self.factors, strict=True)
        ]
        return tuple(inside(reach, size) for reach, size in zip(reaches, self.call.source.sizes, strict=True))


@dataclass(frozen=True)
class Grid:
    """Where the places of one axis come from: place `o` at `(o + shift) scale - shift`, in samples."""

    size: int
    scale: float
    shift: float
    exact: tuple[int, ...] | None
    """The nearest sample of every place, where that is all."""

    def sources(self, span: Span) -> Span:
        """The samples from which these places come."""
        if self.exact:
            return self.exact[span[0]], self.exact[span[1] - 1] + 1
        low, high = (self.at(place) for place in (span[0], span[1] - 1))
        return inside((floor(low), floor(high) + 2), self.size)

    def at(self, place: int) -> float:
        """Where a place lies."""
        return max(0.0, (place + self.shift) * self.scale - self.shift)


@dataclass(frozen=True)
class Scaling:
    """Scaling to any size: the two samples around each place weighed, axis by axis, or the nearest taken."""

    call: Call
    image: Ref
    grids: tuple[Grid, ...]
    jump: tuple[Fraction, ...]

    @property
    def axes(self) -> tuple[int, ...]:
        return self.call.source.axes

    def needs(self, box: Box) -> Iterator[tuple[Ref, Box]]:
        yield self.image, self._sources(box)

    def run(self, box: Box, take: Take) -> Tensor:
        sources = self._sources(box)
        x: Tensor = take(self.image, sources)
        for axis, grid, span, (start, _) in zip(self.axes, self.grids, box, sources, strict=True):
            x = self._along(x, axis, grid, span, start)
        return x

    def _along(self, x: Tensor, axis: int, grid: Grid, span: Span, start: int) -> Tensor:
        if grid.exact:
            return x.index_select(axis, torch.tensor(grid.exact[slice(*span)], device=x.device) - start)
        dtype = x.dtype if x.dtype == torch.float64 else torch.float32
        places = torch.arange(*span, dtype=dtype, device=x.device)
        at = ((places + grid.shift) * grid.scale - grid.shift).clamp(min=0)
        low = at.floor().clamp(max=grid.size - 1)
        weight = (at - low).to(x.dtype).reshape(-1, *[1] * (x.dim() - 1 - axis))
        before = low.long()
        after = (before + 1).clamp(max=grid.size - 1)
        return x.index_select(axis, before - start) * (1 - weight) + x.index_select(axis, after - start) * weight

    def _sources(self, box: Box) -> Box:
        return tuple(grid.sources(span) for grid, span in zip(self.grids, box, strict=True))


def interpolation(call: Call) -> Repeating | Scaling:
    """The rule for `interpolate`.

    Raises:
        Untileable: it averages over windows that depend on the size, or is cubic by no whole factor.
    """
    given = call.named("input", "size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")
    mode, image = given.get("mode") or "nearest", only_image(call)
    if mode not in HALOS or given.get("antialias"):
        raise Untileable(f"upsampling in mode {'antialias' if given.get('antialias') else mode} depends on the size")
    sizes = tuple(call.out.shape[axis] for axis in image.axes)
    factors = _factors(given, image.sizes, sizes)
    corners = bool(given.get("align_corners"))
    if all(factor == int(factor) for factor in factors) and not corners:
        return Repeating(call, given["input"], tuple(map(int, factors)), HALOS[mode], mode)
    if mode == "bicubic":
        raise Untileable("cubic upsampling by no whole factor depends on the size")
    jump = tuple(j * Fraction(have, want) for j, have, want in zip(image.jump, image.sizes, sizes, strict=True))
    exact = mode.startswith("nearest")
    grids = tuple(
        Grid(
            have,
            *_spaced(have, sizes[axis], factors[axis], corners=corners),
            _nearest(axis, image.sizes, sizes, {**given, "mode": mode}) if exact else None,
        )
        for axis, have in enumerate(image.sizes)
    )
    return Scaling(call, given["input"], grids, jump)


def _factors(given: dict[str, object], have: tuple[int, ...], want: tuple[int, ...]) -> list[float]:
    """By how much each axis grows, as torch counts it."""
    factor = given.get("scale_factor")
    if factor is None or given.get("recompute_scale_factor"):
        return [two / one for one, two in zip(have, want, strict=True)]
    return [float(one) for one in each(factor, len(have))]


def _spaced(have: int, want: int, factor: float, *, corners: bool) -> tuple[float, float]:
    """How far apart places lie in samples, and how far from the border the first does.

    As many places as samples are those samples, as in torch, even where a factor of 1.3 has been rounded to that.
    """
    if have == want:
        return 1.0, 0.0
    if corners:
        return ((have - 1) / (want - 1) if want > 1 else 0.0), 0.0
    return 1 / factor, 0.5


def _nearest(axis: int, have: Sequence[int], want: Sequence[int], given: dict[str, Any]) -> tuple[int, ...]:
    """The nearest sample of every place along one axis, by torch's own count, which differs between ranks."""
    shape = [size if number == axis else 1 for number, size in enumerate(have)]
    line = torch.arange(have[axis], dtype=torch.float64).reshape(1, 1, *shape)
    asked: dict[str, Any] = {"mode": given["mode"]}
    if given.get("scale_factor") is None or given.get("recompute_scale_factor"):
        asked["size"] = [size if number == axis else 1 for number, size in enumerate(want)]
    else:
        factors = each(given["scale_factor"], len(have))
        asked["scale_factor"] = [factor if number == axis else 1.0 for number, factor in enumerate(factors)]
    return tuple(map(int, F.interpolate(line, **asked).flatten().tolist()))
