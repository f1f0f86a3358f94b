"""Convolutions with any kernel: sums over its taps and the channels for a strip of outputs at a few places."""

from functools import cache, lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from svertka.ops import packed
from svertka.ops.crews import run_all
from svertka.ops.packed import DTYPE, Ending, Packed, Pair, lanes, plane, together
from svertka.ops.threads import crew
from svertka.ops.vector_code import Code, Function, made

FAST = 2**18  # bytes of inputs that are gone through for one strip of outputs after the other


class Direct(Packed):
    """Any kernel: sums over its taps and the channels for a strip of outputs at a few places.

    Where there are few channels, those of a row of the kernel are one tap, in a plane with zeros around it.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, **settings: Any) -> None:
        super().__init__(weight, bias, **settings)
        self.vectors = packed.vectors(self.cout)
        self.rows = self.cin < lanes() and self.dilation[1] == 1
        self.taps, self.margins = self.kernel, self.padding
        if self.rows:
            weight = weight.permute(0, 3, 1, 2).flatten(1, 2).unsqueeze(3)
            self.taps, self.margins = (self.kernel[0], 1), (0, 0)
        taps = weight.detach().flatten(2).permute(2, 1, 0)
        self.weight = torch.stack([taps[..., each] for each in packed.strips(self.cout, self.vectors)]).contiguous()

    @staticmethod
    def takes(weight: Tensor, sizes: tuple[int, ...]) -> bool:
        """Whether it is worth while: enough channels for vectors, enough places."""
        enough = weight.shape[1] * (weight.shape[3] if weight.shape[1] < lanes() else 1) >= lanes()
        return enough and len(weight) >= lanes() and sizes[0] * sizes[1] >= together(1)

    def fill(self, x: Tensor, second: Tensor, y: Tensor) -> None:
        """Compute it: blocks of places on all threads, or strips where there are few places."""
        if self.rows:
            above, aside = self.padding
            x = functional.pad(x, (aside, aside, above, above)).contiguous(memory_format=torch.channels_last)
        places = _places(plane(x), self.taps, self.margins, self.stride, self.dilation, plane(y), self.cin)
        rows, strips = self._cuts(len(x), places.shape[1])
        laid, sizes = (places, self.weight, self.bias), (self.weight.shape[2], self.cout, *places.shape)
        jobs = product(self.pointers(x, laid, second, y), pairwise(rows), pairwise(strips))
        run_all(direct(self.vectors, self.ending), [(*given, *ends, *part, *sizes) for given, ends, part in jobs])

    def _cuts(self, images: int, pixels: int) -> tuple[list[int], list[int]]:
        """Where the work is cut: places of the output, and strips."""
        threads, count, strips = crew(), together(self.vectors), len(self.weight)
        block = max(count, FAST // (4 * self.cin) // count * count)
        if pixels * images < 8 * count * threads and strips >= threads:
            return [0, pixels], [strips * thread // threads for thread in range(threads + 1)]
        blocks = max(1, min(max(pixels // block, threads if images < threads else 1), pixels // count))
        return [pixels * each // blocks for each in range(blocks + 1)], [0, strips]


@cache
def direct(vectors: int, ending: Ending) -> Function:
    """`direct(x, places, weight, bias, second, y, zeros | first, last, from, to, in, out, taps, pixels)`.

    Places `first` to `last` of the output of one image, `strips` of output channels `from` to `to`. The table `places`
    is `(taps, pixels)`, in numbers from the beginning; weights are `(strips, taps, in, strip)`.
    """
    code = Code("direct", 7, 8, DTYPE)
    (x, places, weight, bias, second, y, zeros), wholes = code.pointers, code.wholes
    first, last, start, stop, cin, cout, taps, pixels = wholes
    count, strip = together(vectors), code.lanes * vectors
    for place in code.each(start, stop):
        channel = (place * strip).least(cout - strip)
        weights = code.moved(weight, place * strip * cin * taps)
        biases = [code.load(bias, channel + code.lanes * vector) for vector in range(vectors)]
        for row in code.steps(first, last, count):
            totals = biases * count
            for tap in code.each(0, taps, totals=totals):
                found = [code.load_whole(places, tap * pixels + row + each) for each in range(count)]
                rows = [code.chosen(one, x, zeros) for one in found]
                packed.products(code, totals, rows, code.moved(weights, tap * cin * strip), cin)
            for each in range(count):
                where = (row + each) * cout + channel
                packed.finish(code, totals[each * vectors : (each + 1) * vectors], y, second, where, ending)
    return made([code])["direct"]


@lru_cache(maxsize=256)
def _places(sizes: Pair, kernel: Pair, padding: Pair, stride: Pair, dilation: Pair, out: Pair, cin: int) -> Tensor:
    """Where each tap begins to read for each place of the output, `(taps, pixels)`, in numbers; -1 outside."""
    rows, columns = (
        np.arange(k)[:, None] * step + np.arange(count) * every - pad
        for k, step, every, pad, count in zip(kernel, dilation, stride, padding, out, strict=True)
    )
    places = packed.grid(rows, columns, *sizes)
    return torch.from_numpy(np.where(places < 0, -1, places * cin))
