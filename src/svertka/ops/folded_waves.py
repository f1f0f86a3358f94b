"""Sums of cosines and sines over a circle of an even number of places, with the fewest products.

A cosine is the same at places `k` and `-k`, a sine the opposite; and a quarter of the circle on, those of even and of
odd orders are mirrored likewise. So samples are folded twice, sums from differences, before anything is multiplied: a
quarter of the products is left. Folding is what a fast Fourier transform does at each of its steps; here the orders
wanted are few, and two steps are what pays.

Samples and sums may be anything that can be added, subtracted and multiplied by a number: NumPy's arrays, or vectors of
`svertka.ops.vector_code`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from math import cos, pi, sin
from typing import Any, Protocol, Self, TypeVar


class Term(Protocol):
    """What can be summed."""

    def __add__(self, other: Self, /) -> Self: ...

    def __sub__(self, other: Self, /) -> Self: ...

    def __mul__(self, other: float, /) -> Any: ...


T = TypeVar("T", bound=Term)


def waves(x: Sequence[T], orders: int) -> tuple[dict[int, T], dict[int, T]]:
    """`Σ_k x_k cos(2πmk/size)` by order `m = 0 ... orders - 1`, and the sums with sines, from order 1 on.

    Args:
        x: samples at an even number of places.
        orders: at most half as many as places.
    """
    size, half = len(x), len(x) // 2
    even = {0: x[0], half: x[half]} | {k: x[k] + x[size - k] for k in range(1, half)}
    odd = {k: x[k] - x[size - k] for k in range(1, half)}
    evens, odds = _folded(even, half), _folded(odd, half)
    cosines = {m: _sum((one, _cosine(m * k, size)) for k, one in evens[m % 2].items()) for m in range(orders)}
    sines = {m: _sum((one, _sine(m * k, size)) for k, one in odds[1 - m % 2].items()) for m in range(1, orders)}
    return cosines, sines


def samples(cosines: Mapping[int, T], sines: Mapping[int, T], size: int) -> list[T]:
    """`Σ_m c_m cos(2πmk/size) + s_m sin(2πmk/size)` at the places `k` of a circle: an even number of them."""
    half = size // 2
    even, odd = _unfolded(cosines, half, _cosine, alike=0), _unfolded(sines, half, _sine, alike=1)
    x = [even[k] + odd[k] if k in odd else even[k] for k in range(half + 1)]
    return x + [even[k] - odd[k] if k in odd else even[k] for k in range(half - 1, 0, -1)]


def _folded(values: Mapping[int, T], half: int) -> tuple[dict[int, T], dict[int, T]]:
    """Sums and differences of what stands at `k` and `half - k`; what is its own mirror stands in both."""
    pairs = [k for k in values if 2 * k < half]
    middle = {half // 2: values[half // 2]} if half % 2 == 0 and half // 2 in values else {}
    sums = {k: values[k] + values[half - k] for k in pairs}
    return sums | middle, {k: values[k] - values[half - k] for k in pairs} | middle


def _unfolded(sums: Mapping[int, T], half: int, wave: Callable[[int, int], float], *, alike: int) -> dict[int, T]:
    """Values at `0 ... half`; waves of orders with the remainder `alike` are the same at `k` and `half - k`."""
    values: dict[int, T] = {}
    for k in range(half // 2 + 1):
        weighed = [(m, one, wave(m * k, 2 * half)) for m, one in sums.items()]
        same, opposite = (
            _sum((one, weight) for m, one, weight in weighed if (m % 2 == alike) == side) for side in (1, 0)
        )
        values |= _mirrored(same, opposite, k, half)
    return values


def _mirrored(same: T | None, opposite: T | None, k: int, half: int) -> dict[int, T]:
    if same is None:
        return {}
    if opposite is None:
        return {k: same, half - k: same}
    return {half - k: same - opposite, k: same + opposite}


def _sum(pairs: Iterable[tuple[T, float]]) -> Any:
    """The sum of terms times their weights, or nothing where all are 0; those of 1 and -1 take no product."""
    plain = sorted((pair for pair in pairs if pair[1]), key=lambda pair: abs(pair[1]) != 1)
    if not plain:
        return None
    (first, weight), *others = plain
    return reduce(_added, others, first if weight == 1 else first * weight)


def _added(total: Any, pair: tuple[Any, float]) -> Any:
    one, weight = pair
    if abs(weight) != 1:
        return total + one * weight
    return total + one if weight > 0 else total - one


def _cosine(step: int, size: int) -> float:
    return _exact(cos(2 * pi * (step % size) / size))


def _sine(step: int, size: int) -> float:
    return _exact(sin(2 * pi * (step % size) / size))


def _exact(value: float) -> float:
    """The number, or the half of a whole one that it would be but for rounding."""
    return round(2 * value) / 2 if abs(2 * value - round(2 * value)) < 1e-12 else value
