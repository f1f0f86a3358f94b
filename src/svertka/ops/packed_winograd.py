"""Convolutions with 3 × 3 kernels by Winograd's way (`svertka.ops.winograd`): a quarter of the products, or half."""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise, product
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from svertka.ops import packed
from svertka.ops.crews import run_all, run_lists
from svertka.ops.packed import DTYPE, Ending, Packed, Pair, lanes, plane, together
from svertka.ops.scratch import scratch
from svertka.ops.threads import crew
from svertka.ops.vector_code import Code, Function, made
from svertka.ops.winograd import FORMS, FOUR, Form

READING = 10  # tiles for which a weight is used in the time in which it is read
BETWEEN = 2**20  # numbers that stand between the steps


class Steps(NamedTuple):
    """The steps of Winograd's convolution, and all of them for a block of tiles."""

    inputs: Function
    products: Function
    outputs: Function
    block: Function


class Winograd(Packed):
    """Kernels of 3 × 3 at every place, by one of Winograd's forms."""

    def __init__(self, weight: Tensor, bias: Tensor | None, *, form: Form = FOUR, **settings: Any) -> None:
        super().__init__(weight, bias, **settings)
        self.form, self.vectors = form, packed.vectors(self.cout)
        made = torch.from_numpy(form.kernels(weight.detach().numpy())).float()
        self.weight = torch.stack(
            [made[..., each] for each in packed.strips(self.cout, self.vectors)], dim=1
        ).contiguous()

    @staticmethod
    def takes(weight: Tensor, sizes: tuple[int, ...]) -> bool:
        """Whether it is worth while: 3 × 3, enough channels for vectors, and tiles that are not mostly border."""
        return tuple(weight.shape[2:]) == (3, 3) and min(weight.shape[:2]) >= lanes() and min(sizes) >= FOUR.side

    def fill(self, x: Tensor, second: Tensor, y: Tensor) -> None:
        """Compute it: blocks of tiles on all threads; or step by step, where there are fewer blocks than threads."""
        tiles, products = _tiles(self.form, plane(x), plane(y), self.padding), self.form.products
        threads, count, steps = crew(), together(self.vectors), winograd(self.form, self.vectors, self.ending)
        blocks = -(-len(tiles) // max(4 * count, BETWEEN // (products * (self.cin + self.cout))))
        blocks = max(blocks, min(threads, len(tiles) // (4 * count)))
        cuts = [len(tiles) * each // blocks for each in range(blocks + 1)]
        room = -(-max(last - first for first, last in pairwise(cuts)) // count) * count
        enough = blocks * len(x) >= threads
        between = _rooms("inputs", threads if enough else 1, products * room * self.cin + self.cout, x)
        sums = _rooms("products", threads if enough else 1, products * room * self.cout, x)
        sizes = self.cin, self.cout, self.weight.shape[1], room
        images = self.pointers(x, (tiles, self.weight, self.bias), second, y)
        if not enough:
            for image in images:
                _step_by_step(steps, (*image, between[0], sums[0]), len(tiles), products, sizes)
            return
        calls = [*product(images, pairwise(cuts))]
        shares = [
            [(*image, *rooms, *ends, *sizes, 0, products) for image, ends in calls[thread::threads]]
            for thread, rooms in enumerate(zip(between, sums, strict=True))
        ]
        run_lists(steps.block, shares)


def form_for(sizes: Sequence[int], images: int) -> Form:
    """The one that takes the shortest time: in a small plane weights are read for a few tiles only, and are more."""
    return min(FORMS, key=lambda form: form.products * (images * form.tiles(sizes) + READING))


def _step_by_step(steps: Steps, pointers: tuple[int, ...], tiles: int, products: int, sizes: tuple[int, ...]) -> None:
    """All tiles of an image on all threads: tiles are shared out for the outer steps, products for the inner one."""
    threads = crew()
    ends = [*pairwise(tiles * thread // threads for thread in range(threads + 1))]
    parts = [*pairwise(products * thread // threads for thread in range(threads + 1))]
    *given, between, sums = pointers
    cin, cout, *_ = sizes
    every = 0, products
    run_all(steps.inputs, [(*given, between + 4 * cin * end[0], sums, *end, *sizes, *every) for end in ends])
    run_all(steps.products, [(*pointers, 0, tiles, *sizes, *part) for part in parts])
    run_all(steps.outputs, [(*given, between, sums + 4 * cout * end[0], *end, *sizes, *every) for end in ends])


def _rooms(name: str, count: int, size: int, like: Tensor) -> list[int]:
    return [one.data_ptr() for one in scratch(name, (count, size), like)]


@lru_cache(maxsize=256)
def _tiles(form: Form, sizes: Pair, out: Pair, padding: Pair) -> Tensor:
    """For each tile the places of its inputs and of its outputs, -1 outside."""
    down, along = (np.arange(-(-count // form.side))[:, None] * form.side for count in out)
    into, onto = np.arange(form.inputs), np.arange(form.side)
    inputs = packed.grid(down + into - padding[0], along + into - padding[1], *sizes)
    return torch.from_numpy(np.concatenate([inputs, packed.grid(down + onto, along + onto, *out)], axis=1))


@cache
def winograd(form: Form, vectors: int, ending: Ending) -> Steps:
    """All take `(x, places, weight, bias, second, y, zeros, between, sums | …)` and the numbers
    `(first, last, in, out, strips, room, from, to)`.

    Tiles `first` to `last` of one image; `places` is `(tiles, inputs² + side²)`, of inputs and of outputs, -1 outside;
    weights are `(products, strips, in, strip)`. Between the steps stand `(products, room, in)` and `(products, room,
    out)`, with room for as many tiles. Of the products those `from` to `to` are made.
    """
    inputs, products, outputs = _inputs(form), _matrices(vectors), _outputs(form, ending)
    block = Code("block", 9, 8, DTYPE)
    for one in (inputs, products, outputs):
        block.call(one, block.pointers, block.wholes)
    functions = made([inputs, products, outputs, block])
    return Steps(*(functions[name] for name in ("inputs", "products", "outputs", "block")))


def _inputs(form: Form) -> Code:
    code = Code("inputs", 9, 8, DTYPE)
    (x, places, *_, zeros, between, _), (first, last, cin, _, _, room, _, _) = code.pointers, code.wholes
    for tile in code.each(first, last):
        rows = [
            [
                code.chosen(code.load_whole(places, tile * _places(form) + (form.inputs * i + j)) * cin, x, zeros)
                for j in range(form.inputs)
            ]
            for i in range(form.inputs)
        ]
        answer = code.moved(between, (tile - first) * cin)
        for channel in code.steps(0, cin, code.lanes):
            found = form.of_inputs([[code.load(pointer, channel) for pointer in row] for row in rows])
            for place, one in enumerate(chain(*found)):
                code.store(one, answer, channel + room * cin * place)
    return code


def _matrices(vectors: int) -> Code:
    code = Code("products", 9, 8, DTYPE)
    (_, _, weight, *_, between, sums), (first, last, cin, cout, strips, room, start, stop) = code.pointers, code.wholes
    count, strip = together(vectors), code.lanes * vectors
    for one in code.each(start, stop):
        for place in code.each(0, strips):
            weights = code.moved(weight, (one * strips + place) * cin * strip)
            channel = (place * strip).least(cout - strip)
            given, found = code.moved(between, one * room * cin), code.moved(sums, one * room * cout + channel)
            for row in code.each(0, last - first, count):
                totals = [code.constant(0.0)] * (count * vectors)
                rows = [code.moved(given, (row + each) * cin) for each in range(count)]
                packed.products(code, totals, rows, weights, cin)
                for each, total in enumerate(totals):
                    code.store(total, found, (row + each // vectors) * cout + code.lanes * (each % vectors))
    return code


def _outputs(form: Form, ending: Ending) -> Code:
    code = Code("outputs", 9, 8, DTYPE)
    _, places, _, bias, second, y, zeros, beyond, sums = code.pointers
    first, last, _, cout, _, room, *_ = code.wholes
    side = form.inputs
    for tile in code.each(first, last):
        given = code.moved(sums, (tile - first) * cout)
        first_place = tile * _places(form) + form.products
        where = [code.load_whole(places, first_place + place) * cout for place in range(form.side**2)]
        ends = [(code.chosen(one, y, beyond), code.chosen(one, second, zeros)) for one in where]
        for channel in code.steps(0, cout, code.lanes):
            one = code.load(bias, channel)
            products = [code.load(given, channel + room * cout * place) for place in range(form.products)]
            found = form.of_products([products[row * side : (row + 1) * side] for row in range(side)])
            for end, total in zip(ends, chain(*found), strict=True):
                packed.finish(code, [total + one], *end, channel, ending)
    return code


def _places(form: Form) -> int:
    """How many places a tile reads and writes."""
    return form.products + form.side**2
