"""Which way of computing a convolution is likely to be fastest: the one place that chooses.

Costs are nanoseconds for a place of the output on two cores, as `benchmarks/filters.py --rates` measures them; only
their ratios matter.
"""

from importlib.util import find_spec
from math import prod

from torch import Tensor

from svertka.errors import UnknownName
from svertka.ops.direct import direct
from svertka.ops.factoring import rank
from svertka.ops.separable import separable
from svertka.ops.sliding import Method, Sliding
from svertka.ops.spectral import is_finite, spectral, tiled, work

METHODS: dict[str, Method] = {"direct": direct, "separable": separable, "fft": spectral}

SMALL = 2**16  # multiply-adds below which the choice costs more than it saves
TAPS = 2**16  # values in a kernel above which its rank is not asked for
TORCH = 5.0, 0.0036, 16  # a place, a multiply-add, and how many outputs share the work of one
COMPILED = 0.4, 0.016  # a place, and a multiply-add
SPECTRUM = 0.045, 0.3  # a step of a butterfly, and a product of two spectra


def chosen(method: str, x: Tensor, kernel: Tensor, how: Sliding) -> Method:
    """The way to compute.

    Raises:
        UnknownName: there is no such way.
    """
    if method != "auto" and method not in METHODS:
        raise UnknownName("method", method, ["auto", *METHODS])
    places = prod(how.out(x.shape[2:])) * len(x)
    if method == "auto" and places * kernel.numel() <= SMALL:
        return direct
    fast = twins(x, kernel, how, places)
    if method != "auto":
        return fast.get(method, METHODS[method])
    costs = {
        "direct": _direct(kernel, compiled="direct" in fast),
        "separable": _separable(kernel, how, compiled="separable" in fast),
        "fft": _fft(x, kernel, how, places),
    }
    best = min(costs, key=lambda name: costs[name])
    if best == "fft" and not is_finite(x):
        best = min(("direct", "separable"), key=lambda name: costs[name])
    return fast.get(best, METHODS[best])


def twins(x: Tensor, kernel: Tensor, how: Sliding, places: int) -> dict[str, Method]:
    """The compiled twins of methods, where they are there and know this case."""
    if places <= SMALL or find_spec("numba") is None:
        return {}
    from svertka.ops import compiled

    return compiled.METHODS if compiled.knows(x, kernel, how) else {}


def _direct(kernel: Tensor, *, compiled: bool) -> float:
    taps = prod(kernel.shape[2:])
    if compiled:
        return len(kernel) * (COMPILED[0] + COMPILED[1] * taps)
    place, product, shared = TORCH
    return place + product * -(-len(kernel) // shared) * shared * kernel.shape[1] * taps


def _separable(kernel: Tensor, how: Sliding, *, compiled: bool) -> float:
    """For a single kernel of at most two axes, or one that is a product."""
    lengths = kernel.shape[2:]
    if kernel.shape[:2] != (1, 1) or len(lengths) < 2 or prod(lengths) > TAPS or not how.plan.inner.is_floating_point:
        return float("inf")
    terms = rank(kernel[0, 0])
    if terms > 1 and (len(lengths) > 2 or how.plan.exact):
        return float("inf")
    if compiled:
        return COMPILED[0] + COMPILED[1] * terms * sum(lengths)
    place, product, shared = TORCH
    return terms * sum(place + product * shared * length for length in lengths)


def _fft(x: Tensor, kernel: Tensor, how: Sliding, places: int) -> float:
    if how.plan.exact or not how.plan.inner.is_floating_point:
        return float("inf")
    step, product = SPECTRUM
    maps = len(x) * (x.shape[1] + len(kernel))
    return step * work(tiled(x.shape[2:], how)) * maps / places + product * len(kernel) * kernel.shape[1]
