"""Convolutions of planes in machine code, channels last in memory: what the layers of a finished network need.

Three kinds: `direct` for any kernel, `depthwise` for one to a channel, and Winograd's for 3 × 3. Each adds a bias, and
where it is asked for a second map, and cuts off what is negative, while the sums are still in registers. Where a kernel
reaches beyond the plane it reads from a row of zeros: places of inputs are looked up in a table, with -1 outside.
"""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

import torch

from svertka.ops.vector_code import Code, Function, Vector, Whole, made, width
from svertka.ops.winograd import INPUTS, SIDE, of_inputs, of_products

PRODUCTS = INPUTS**2
TILE = PRODUCTS + SIDE**2  # places that a tile reads and writes
DTYPE = torch.float32


class Ending(NamedTuple):
    """What is done to a sum besides adding a bias."""

    second: bool = False  # add another map
    rectified: bool = False  # cut off what is negative


def together(vectors: int) -> int:
    """How many places of the output are summed together, as many as the registers hold beside the weights."""
    return (24 if width() == 64 else 12) // vectors


def lanes() -> int:
    """Numbers in a vector."""
    return width() // DTYPE.itemsize


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
        for row in _steps(code, first, last, count):
            totals = biases * count
            for tap in code.each(0, taps, totals=totals):
                found = [code.load_whole(places, tap * pixels + row + each) for each in range(count)]
                rows = [code.chosen(one, x, zeros) for one in found]
                _products(code, totals, rows, code.moved(weights, tap * cin * strip), cin)
            for each in range(count):
                where = (row + each) * cout + channel
                _finish(code, totals[each * vectors : (each + 1) * vectors], y, second, where, ending)
    return made([code])["direct"]


@cache
def depthwise(taps: int, ending: Ending) -> Function:
    """`depthwise(x, places, weight, bias, second, y, zeros | first, last, channels, pixels)`."""
    code = Code("depthwise", 7, 4, DTYPE)
    (x, places, weight, bias, second, y, zeros), (first, last, channels, pixels) = code.pointers, code.wholes
    for row in _steps(code, first, last, 4):
        inputs = [
            [code.chosen(code.load_whole(places, row + each + pixels * tap), x, zeros) for tap in range(taps)]
            for each in range(4)
        ]
        for channel in _steps(code, code.fixed(0), channels, code.lanes):
            totals = [code.load(bias, channel)] * 4
            for tap in range(taps):
                one = code.load(weight, channel + channels * tap)
                totals = [
                    total + code.load(pointers[tap], channel) * one
                    for total, pointers in zip(totals, inputs, strict=True)
                ]
            for each, total in enumerate(totals):
                _finish(code, [total], y, second, (row + each) * channels + channel, ending)
    return made([code])["depthwise"]


class Steps(NamedTuple):
    """The steps of Winograd's convolution, and all of them for a block of tiles."""

    inputs: Function
    products: Function
    outputs: Function
    block: Function


@cache
def winograd(vectors: int, ending: Ending) -> Steps:
    """All take `(x, places, weight, bias, second, y, zeros, between, sums | …)` and the numbers
    `(first, last, in, out, strips, room, from, to)`.

    Tiles `first` to `last` of one image; `places` is `(tiles, 36 + 16)`, of inputs and of outputs, -1 outside; weights
    are `(36, strips, in, strip)`. Between the steps stand `(36, room, in)` and `(36, room, out)`, with room for as many
    tiles. Of the 36 products those `from` to `to` are made.
    """
    inputs, products, outputs = _inputs(), _matrices(vectors), _outputs(ending)
    block = Code("block", 9, 8, DTYPE)
    for one in (inputs, products, outputs):
        block.call(one, block.pointers, block.wholes)
    functions = made([inputs, products, outputs, block])
    return Steps(*(functions[name] for name in ("inputs", "products", "outputs", "block")))


def _inputs() -> Code:
    code = Code("inputs", 9, 8, DTYPE)
    (x, places, *_, zeros, between, _), (first, last, cin, _, _, room, _, _) = code.pointers, code.wholes
    for tile in code.each(first, last):
        rows = [
            [
                code.chosen(code.load_whole(places, tile * TILE + (INPUTS * i + j)) * cin, x, zeros)
                for j in range(INPUTS)
            ]
            for i in range(INPUTS)
        ]
        answer = code.moved(between, (tile - first) * cin)
        for channel in _steps(code, code.fixed(0), cin, code.lanes):
            found = of_inputs([[code.load(pointer, channel) for pointer in row] for row in rows])
            for place, one in enumerate(chain(*found)):
                code.store(one, answer, channel + room * cin * place)
    return code


def _matrices(vectors: int) -> Code:
    code = Code("products", 9, 8, DTYPE)
    (_, _, weight, *_, between, sums), (first, last, cin, cout, strips, room, start, stop) = code.pointers, code.wholes
    count, strip = together(vectors), code.lanes * vectors
    for product in code.each(start, stop):
        for place in code.each(0, strips):
            weights = code.moved(weight, (product * strips + place) * cin * strip)
            channel = (place * strip).least(cout - strip)
            given, found = code.moved(between, product * room * cin), code.moved(sums, product * room * cout + channel)
            for row in code.each(0, last - first, count):
                totals = [code.constant(0.0)] * (count * vectors)
                rows = [code.moved(given, (row + each) * cin) for each in range(count)]
                _products(code, totals, rows, weights, cin)
                for each, total in enumerate(totals):
                    code.store(total, found, (row + each // vectors) * cout + code.lanes * (each % vectors))
    return code


def _outputs(ending: Ending) -> Code:
    code = Code("outputs", 9, 8, DTYPE)
    (_, places, _, bias, second, y, zeros, beyond, sums), (first, last, _, cout, _, room, _, _) = (
        code.pointers,
        code.wholes,
    )
    for tile in code.each(first, last):
        given = code.moved(sums, (tile - first) * cout)
        where = [code.load_whole(places, tile * TILE + (PRODUCTS + place)) * cout for place in range(SIDE**2)]
        ends = [(code.chosen(one, y, beyond), code.chosen(one, second, zeros)) for one in where]
        for channel in _steps(code, code.fixed(0), cout, code.lanes):
            one = code.load(bias, channel)
            products = [code.load(given, channel + room * cout * place) for place in range(PRODUCTS)]
            found = of_products([products[row * INPUTS : (row + 1) * INPUTS] for row in range(INPUTS)])
            for end, total in zip(ends, chain(*found), strict=True):
                _finish(code, [total + one], *end, channel, ending)
    return code


def _products(code: Code, totals: list[Vector], rows: list[str], weights: str, count: Whole) -> None:
    """Add to the totals of each row its numbers times the strips of weights."""
    vectors = len(totals) // len(rows)
    for k in code.each(0, count, totals=totals):
        strip = [code.load(weights, k * (code.lanes * vectors) + code.lanes * vector) for vector in range(vectors)]
        factors = [code.spread(code.load_one(row, k)) for row in rows]
        products = [factor * one for factor in factors for one in strip]
        totals[:] = [total + product for total, product in zip(totals, products, strict=True)]


def _finish(code: Code, totals: list[Vector], y: str, second: str, place: Whole, ending: Ending) -> None:
    for vector, total in enumerate(totals):
        where = place + code.lanes * vector
        found = total + code.load(second, where) if ending.second else total
        code.store(found.rectified() if ending.rectified else found, y, where)


def _steps(code: Code, first: Whole, last: Whole, step: int) -> Iterator[Whole]:
    """Places from the first on, so that the last step ends at the last."""
    for place in code.each(first, last, step):
        yield place.least(last - step)
