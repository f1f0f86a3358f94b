"""Layers of a finished network with their weights laid out for the processor's vectors, from `svertka.ops.conv_code`.

Planes in float32 on the processor, channels last in memory; without derivatives. `svertka.ops.convolve` is the readable
way.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from svertka.ops.conv_code import PRODUCTS, Ending, Steps, depthwise, direct, lanes, together, winograd
from svertka.ops.scratch import scratch
from svertka.ops.threads import crew, crew_of, shared_out
from svertka.ops.vector_code import Function
from svertka.ops.winograd import INPUTS, SIDE, kernels

Pair = tuple[int, int]
PLAIN = Ending()
FAST = 2**18  # bytes of inputs that are gone through for one strip of outputs after the other
SMALL = 2**24  # products for which other threads are not asked
TILES = 2**20  # numbers that stand between the steps of Winograd's convolution


class Packed:
    """What these layers share: `y = w * x + bias`, then perhaps `+ second`, then perhaps without negative numbers.

    Args:
        weight: `(out, in, height, width)`, in float32; in is 1 where each channel has a kernel of its own.
        bias: `(out,)`, or nothing.
        padding: zeros around the plane, above and below, and to both sides.
        stride: of the kernel.
        dilation: of the kernel.
        ending: what follows.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor | None, *, padding: Pair = (0, 0), stride: Pair = (1, 1),
        dilation: Pair = (1, 1), ending: Ending = PLAIN,
    ) -> None:  # fmt: skip
        self.cout, self.cin, *kernel = weight.shape
        self.apart = self.cin  # numbers between places of the input
        self.kernel, self.padding, self.stride, self.dilation = (kernel[0], kernel[1]), padding, stride, dilation
        self.bias = torch.zeros(self.cout) if bias is None else bias.detach().clone().contiguous()
        self.ending = ending
        self.zeros = torch.zeros(max(weight.shape[:2]))

    def __call__(self, x: Tensor, second: Tensor | None = None) -> Tensor:
        """The answer `(batch, out, height, width)`, channels last in memory, to `(batch, in, height, width)`."""
        x = x.contiguous(memory_format=torch.channels_last)
        sizes = self.out(_plane(x))
        y = torch.empty((len(x), self.cout, *sizes), memory_format=torch.channels_last)
        other = y if second is None else second.contiguous(memory_format=torch.channels_last)
        products = y.numel() * self.cin * self.kernel[0] * self.kernel[1]
        with crew_of(crew() if products > SMALL else 1):
            self.fill(x, other, y)
        return y

    def out(self, sizes: Pair) -> Pair:
        """The size of the answer to planes of a size."""
        reach = zip(sizes, self.kernel, self.padding, self.stride, self.dilation, strict=True)
        height, width = ((size + 2 * pad - step * (k - 1) - 1) // stride + 1 for size, k, pad, stride, step in reach)
        return height, width

    def fill(self, x: Tensor, second: Tensor, y: Tensor) -> None:
        """Compute it, with all three channels last in memory."""
        raise NotImplementedError

    def places(self, sizes: Pair) -> Tensor:
        """Where each tap begins to read for each place of the output, `(taps, pixels)`; -1 outside."""
        return _places(sizes, self.kernel, self.padding, self.stride, self.dilation, self.out(sizes), self.apart)

    def _images(self, *tensors: Tensor) -> Iterator[tuple[int, ...]]:
        """Where each image begins in memory, in all tensors."""
        for image in zip(*tensors, strict=True):
            yield tuple(one.data_ptr() for one in image)


class Direct(Packed):
    """Any kernel: sums over its taps and the channels for a strip of outputs at a few places.

    Where there are few channels, those of a row of the kernel are one tap, in a plane with zeros around it.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, **settings: Any) -> None:
        super().__init__(weight, bias, **settings)
        self.vectors = _vectors(self.cout)
        self.rows = self.cin < lanes() and self.dilation[1] == 1
        if self.rows:
            weight = weight.permute(0, 3, 1, 2).flatten(1, 2).unsqueeze(3)
        taps = weight.detach().flatten(2).permute(2, 1, 0)
        self.weight = torch.stack([taps[..., each] for each in _strips(self.cout, self.vectors)]).contiguous()

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
        function, places = direct(self.vectors, self.ending), self.places(_plane(x))
        taps, pixels = places.shape
        rows, strips = self._cuts(len(x), pixels)
        shared = places.data_ptr(), self.weight.data_ptr(), self.bias.data_ptr()
        jobs = [
            (
                start,
                *shared,
                other,
                answer,
                self.zeros.data_ptr(),
                *ends,
                *part,
                self.weight.shape[2],
                self.cout,
                taps,
                pixels,
            )
            for start, other, answer in self._images(x, second, y)
            for ends, part in product(pairwise(rows), pairwise(strips))
        ]
        shared_out(function, jobs)

    def places(self, sizes: Pair) -> Tensor:
        """As above; one for each row of the kernel where that is a tap."""
        if not self.rows:
            return super().places(sizes)
        rows = self.kernel[0], 1
        width = (sizes[1] - self.kernel[1]) // self.stride[1] + 1
        height = (sizes[0] - self.dilation[0] * (self.kernel[0] - 1) - 1) // self.stride[0] + 1
        return _places(sizes, rows, (0, 0), self.stride, self.dilation, (height, width), self.cin)

    def _cuts(self, images: int, pixels: int) -> tuple[list[int], list[int]]:
        threads, count, strips = crew(), together(self.vectors), len(self.weight)
        block = max(count, FAST // (4 * self.cin) // count * count)
        if pixels * images < 8 * count * threads and strips >= threads:
            return [0, pixels], [strips * thread // threads for thread in range(threads + 1)]
        blocks = max(1, min(max(pixels // block, threads if images < threads else 1), pixels // count))
        return [pixels * each // blocks for each in range(blocks + 1)], [0, strips]


class Depthwise(Packed):
    """A kernel for each channel."""

    def __init__(self, weight: Tensor, bias: Tensor | None, **settings: Any) -> None:
        super().__init__(weight, bias, **settings)
        self.apart = self.cout
        self.weight = weight.detach().flatten(1).t().contiguous()

    @staticmethod
    def takes(weight: Tensor, sizes: tuple[int, ...]) -> bool:
        """Whether it is worth while: enough channels for vectors, and a kernel that can be written out."""
        return len(weight) >= lanes() and weight[0, 0].numel() <= 25 and sizes[0] * sizes[1] >= 4

    def fill(self, x: Tensor, second: Tensor, y: Tensor) -> None:
        """Compute it, rows on all threads."""
        places = self.places(_plane(x))
        taps, pixels = places.shape
        function, blocks = depthwise(taps, self.ending), max(1, min(2 * crew(), pixels // 4))
        shared = places.data_ptr(), self.weight.data_ptr(), self.bias.data_ptr()
        rows = [pixels * each // blocks for each in range(blocks + 1)]
        shared_out(function, [
            (start, *shared, other, answer, self.zeros.data_ptr(), *ends, self.cout, pixels)
            for start, other, answer in self._images(x, second, y)
            for ends in pairwise(rows)
        ])  # fmt: skip


class Winograd(Packed):
    """Kernels of 3 × 3 at every place, by Winograd's way: a quarter of the products."""

    def __init__(self, weight: Tensor, bias: Tensor | None, **settings: Any) -> None:
        super().__init__(weight, bias, **settings)
        self.vectors = _vectors(self.cout)
        made = torch.from_numpy(kernels(weight.detach().numpy())).float()
        self.weight = torch.stack([made[..., each] for each in _strips(self.cout, self.vectors)], dim=1).contiguous()

    @staticmethod
    def takes(weight: Tensor, sizes: tuple[int, ...]) -> bool:
        """Whether it is worth while: 3 × 3, enough channels for vectors, and tiles that are not mostly border."""
        return tuple(weight.shape[2:]) == (3, 3) and min(weight.shape[:2]) >= lanes() and min(sizes) >= SIDE

    def fill(self, x: Tensor, second: Tensor, y: Tensor) -> None:
        """Compute it: blocks of tiles on all threads; or step by step, where there are fewer blocks than threads."""
        tiles = _tiles(_plane(x), _plane(y), self.padding)
        threads, count, steps = crew(), together(self.vectors), winograd(self.vectors, self.ending)
        blocks = -(-len(tiles) // max(4 * count, TILES // (PRODUCTS * (self.cin + self.cout))))
        blocks = max(blocks, min(threads, len(tiles) // (4 * count)))
        cuts = [len(tiles) * each // blocks for each in range(blocks + 1)]
        room = -(-max(last - first for first, last in pairwise(cuts)) // count) * count
        places = blocks * len(x) >= threads
        between = _rooms("inputs", threads if places else 1, PRODUCTS * room * self.cin + self.cout, x)
        sums = _rooms("products", threads if places else 1, PRODUCTS * room * self.cout, x)
        shared = tiles.data_ptr(), self.weight.data_ptr(), self.bias.data_ptr()
        sizes = self.cin, self.cout, self.weight.shape[1], room
        images = [
            (start, *shared, other, answer, self.zeros.data_ptr())
            for start, other, answer in self._images(x, second, y)
        ]
        if not places:
            for image in images:
                _step_by_step(steps, (*image, between[0], sums[0]), len(tiles), sizes)
            return
        calls = [*product(images, pairwise(cuts))]
        shares = [
            [(*image, *rooms, *ends, *sizes, 0, PRODUCTS) for image, ends in calls[thread::threads]]
            for thread, rooms in enumerate(zip(between, sums, strict=True))
        ]
        shared_out(partial(_each, steps.block), [(share,) for share in shares])


def _each(function: Function, calls: Sequence[tuple[int, ...]]) -> None:
    for call in calls:
        function(*call)


def _step_by_step(steps: Steps, pointers: tuple[int, ...], tiles: int, sizes: tuple[int, ...]) -> None:
    """All tiles of an image on all threads: tiles are shared out for the outer steps, products for the inner one."""
    threads = crew()
    ends = [*pairwise(tiles * thread // threads for thread in range(threads + 1))]
    parts = [*pairwise(PRODUCTS * thread // threads for thread in range(threads + 1))]
    *given, between, sums = pointers
    cin, cout, *_ = sizes
    every = 0, PRODUCTS
    shared_out(steps.inputs, [(*given, between + 4 * cin * end[0], sums, *end, *sizes, *every) for end in ends])
    shared_out(steps.products, [(*pointers, 0, tiles, *sizes, *part) for part in parts])
    shared_out(steps.outputs, [(*given, between, sums + 4 * cout * end[0], *end, *sizes, *every) for end in ends])


def _plane(x: Tensor) -> Pair:
    return x.shape[2], x.shape[3]


def _rooms(name: str, count: int, size: int, like: Tensor) -> list[int]:
    return [one.data_ptr() for one in scratch(name, (count, size), like)]


def _vectors(cout: int) -> int:
    """How many vectors of outputs are summed together: as many as share the outputs out evenly, or two."""
    even = [count for count in (4, 3, 2) if cout % (count * lanes()) == 0]
    return even[0] if even else min(2, cout // lanes())


def _strips(cout: int, vectors: int) -> list[slice]:
    """Strips of outputs, the last of which ends with them."""
    strip = vectors * lanes()
    return [slice(min(start, cout - strip), min(start, cout - strip) + strip) for start in range(0, cout, strip)]


@lru_cache(maxsize=256)
def _places(sizes: Pair, kernel: Pair, padding: Pair, stride: Pair, dilation: Pair, out: Pair, cin: int) -> Tensor:
    rows, columns = (
        np.arange(k)[:, None] * step + np.arange(count) * every - pad
        for k, step, every, pad, count in zip(kernel, dilation, stride, padding, out, strict=True)
    )
    places = _grid(rows, columns, *sizes)
    return torch.from_numpy(np.where(places < 0, -1, places * cin))


@lru_cache(maxsize=256)
def _tiles(sizes: Pair, out: Pair, padding: Pair) -> Tensor:
    """For each tile the places of its six by six inputs and of its four by four outputs, -1 outside."""
    down, along = (np.arange(-(-count // SIDE))[:, None] * SIDE for count in out)
    into, onto = np.arange(INPUTS), np.arange(SIDE)
    inputs = _grid(down + into - padding[0], along + into - padding[1], *sizes)
    return torch.from_numpy(np.concatenate([inputs, _grid(down + onto, along + onto, *out)], axis=1))


def _grid(rows: NDArray[np.int64], columns: NDArray[np.int64], height: int, width: int) -> NDArray[np.int64]:
    there = _inside(rows, height)[:, None, :, None] & _inside(columns, width)[None, :, None, :]
    places = np.where(there, rows[:, None, :, None] * width + columns[None, :, None, :], -1)
    return places.reshape(len(rows) * len(columns), -1)


def _inside(places: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    return np.asarray((places >= 0) & (places < size))
