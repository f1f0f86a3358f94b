"""Twins of the Fourier sums over SO(3) of `rotation_sums` in machine code (`svertka[fast]`).

What a library of matrix products cannot do is done here: waves are folded before they are multiplied, the small
matrices of degrees are not padded, and there are two calls where there were hundreds.
"""

from functools import lru_cache

import torch
from torch import Tensor

from svertka import geometry
from svertka.ops import rotation_degrees, rotation_rings
from svertka.ops.scratch import scratch
from svertka.ops.vector_code import is_there, width

LONGEST = 2**13  # places times orders of a line beyond which its sums would be too long a text


def knows(x: Tensor, size: int, degrees: int) -> bool:
    """Whether the twins can do it: plain numbers on the processor, a vector of columns at least, lines not too long."""
    return (
        type(x) is Tensor
        and x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.float64)
        and size * degrees <= LONGEST
        and is_there()
        and x.shape[-1] * x.element_size() >= width()
    )


def analysis(x: Tensor, degrees: int, *, weighted: bool) -> Tensor:
    """The twin of `svertka.ops.rotation_sums.analysis`, without derivatives."""
    size, columns = len(x), x.shape[-1]
    waves = scratch("waves", (degrees, 2 * degrees, 2, size, columns), x)
    rotation_rings.analyse(x.contiguous(), _weights(size // 2, x.dtype, weighted), waves)
    return rotation_degrees.from_rings(waves, size // 2, degrees)


def synthesis(spectrum: Tensor, b: int, degrees: int, *, weighted: bool) -> Tensor:
    """The twin of `svertka.ops.rotation_sums.synthesis`, without derivatives."""
    columns = spectrum.shape[1]
    waves = scratch("waves", (degrees, 2 * degrees, 2, 2 * b, columns), spectrum)
    rotation_degrees.to_rings(spectrum.contiguous(), b, degrees, waves)
    x = spectrum.new_empty(2 * b, 2 * b, 2 * b, columns)
    rotation_rings.synthesise(waves, _weights(b, x.dtype, weighted), x)
    return x


@lru_cache(maxsize=16)
def _weights(b: int, dtype: torch.dtype, weighted: bool) -> Tensor:
    return torch.from_numpy(geometry.rotation_weights(b)).to(dtype) if weighted else torch.ones(2 * b, dtype=dtype)
