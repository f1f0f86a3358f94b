"""Separable kernels: how many products of vectors, one along each axis, a kernel is the sum of, and which.

A kernel that is one such product, as Sobel's [1, 2, 1]ᵀ·[−1, 0, 1], costs the sum of its lengths for each place instead
of their product. Kernels of two axes are matrices, where the singular value decomposition answers everything: the rank
is the number of terms, and the first `r` terms are the best `r` there are (Eckart and Young, Psychometrika 1 (1936)
211). For more axes no such decomposition is known; there one term is told from several, exactly.
"""

from dataclasses import dataclass
from functools import reduce
from math import isfinite, prod
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from svertka.errors import SettingError, ShapeError
from svertka.geometry import times

Array = NDArray[Any] | Tensor
Values = NDArray[Any]
EXACT = 2**31  # multiples of the smallest number in a kernel of fractions, up to which these are taken as meant


@dataclass(frozen=True)
class Separation:
    """A kernel as a sum of separable terms, and how far that is from it.

    `factors` has an entry for each axis, `(rank, size)`: row `i` is the vector of term `i` along that axis. `error` is
    the root of the sum of squares of what is left over, and `relative_error` its share of that of the kernel.
    """

    factors: tuple[Any, ...]
    error: float
    relative_error: float

    @property
    def rank(self) -> int:
        """How many terms there are."""
        return len(self.factors[0])

    @property
    def terms(self) -> list[tuple[Any, ...]]:
        """Term by term its vectors, one for each axis, in the order of the axes."""
        return list(zip(*self.factors, strict=True))

    def kernel(self) -> Any:
        """The sum of the terms: the kernel, or what is nearest to it with so many."""
        total: Any = sum(reduce(_times, term) for term in self.terms)
        return total


def rank(kernel: ArrayLike | Tensor, tolerance: float | None = None) -> int:
    """How many separable terms a kernel `(*sizes)` needs; 0 where it is zero everywhere.

    For two axes that is the rank of the matrix: singular values below `tolerance` times the largest count as zero. For
    more axes it is the greatest of the `ranks`, which is 1 just where one term is enough, and else a number below which
    no sum of terms will do.

    Args:
        kernel: an array, a tensor or lists of any number of axes.
        tolerance: a share of the largest singular value; by default the longest side times the rounding of the kernel's
            type, as in `numpy.linalg.matrix_rank`.

    Raises:
        SettingError: the kernel is not finite, or the tolerance is negative.
    """
    values = _values(kernel)
    limit = _limit(values, kernel, tolerance)
    if not values.any():
        return 0
    return 1 if _is_product(values, limit) else max(_ranks(values, limit))


def ranks(kernel: ArrayLike | Tensor, tolerance: float | None = None) -> tuple[int, ...]:
    """The multilinear ranks: for each axis the rank of the matrix whose rows lie across it.

    Tucker, Psychometrika 31 (1966) 279; De Lathauwer et al., SIAM J. Matrix Anal. Appl. 21 (2000) 1253.
    """
    values = _values(kernel)
    return _ranks(values, _limit(values, kernel, tolerance))


def separate(kernel: ArrayLike | Tensor, rank: int = 1) -> Separation:
    """The nearest sum of `rank` separable terms, in least squares.

    For two axes it is the best there is, and its error the root of the sum of squares of the singular values left out.
    For more axes one term is possible: the leading vectors of the higher-order singular value decomposition, which are
    exact where one term is enough, and else at most √axes times as far off as the best (De Lathauwer et al. 2000,
    property 10).

    A kernel of whole numbers that is one product has factors of whole numbers; for one of equal parts (a sixteenth of
    whole numbers) the fraction is shared evenly between the axes. Signs go where the sum is not positive.

    >>> [term.tolist() for term in separate(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])).terms[0]]
    [[1, 2, 1], [-1, 0, 1]]

    Returns:
        Vectors of the kernel's kind: tensors for a tensor, else arrays. Fractions come in the kernel's type, and in
        float64 for a kernel of whole numbers.

    Raises:
        SettingError: the kernel is not finite.
        ShapeError: `rank` is not between 1 and the shorter side, or above 1 for more than two axes.
    """
    values = _values(kernel)
    _check_rank(values, rank)
    found = _exact(values) if rank == 1 else None
    factors = found or (_product(values, _limit(values, kernel, None)) if rank == 1 else _singular(values, rank))
    left = float(np.linalg.norm(values - _summed(factors))) if found is None else 0.0
    whole = float(np.linalg.norm(values))
    return Separation(tuple(_like(kernel, factor) for factor in factors), left, left / whole if whole else 0.0)


def _values(kernel: ArrayLike | Tensor) -> Values:
    """The kernel as an array: whole numbers as int64, others as float64."""
    plain = kernel.detach().cpu().numpy() if isinstance(kernel, Tensor) else np.asarray(kernel)
    if plain.ndim == 0 or plain.size == 0:
        raise ShapeError(f"a kernel has one or more axes and none of them empty, not the shape {plain.shape}")
    values = plain.astype(np.float64 if plain.dtype.kind == "f" else np.int64)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise SettingError(f"{np.count_nonzero(~np.isfinite(values))} numbers of the kernel are not finite")
    return values


def _limit(values: Values, kernel: ArrayLike | Tensor, tolerance: float | None) -> float:
    if tolerance is None:
        return float(max(values.shape) * _rounding(kernel))
    if not isfinite(tolerance) or tolerance < 0:
        raise SettingError(f"a tolerance is 0 or more, not {tolerance}")
    return tolerance


def _rounding(kernel: ArrayLike | Tensor) -> float:
    if isinstance(kernel, Tensor):
        return torch.finfo(kernel.dtype).eps if kernel.is_floating_point() else np.finfo(np.float64).eps
    dtype = np.asarray(kernel).dtype
    return float(np.finfo(dtype if dtype.kind == "f" else np.float64).eps)


def _check_rank(values: Values, rank: int) -> None:
    most = min(values.shape) if values.ndim == 2 else 1
    if 1 <= rank <= most:
        return
    if values.ndim > 2 and rank > 1:
        raise ShapeError(f"a kernel of {values.ndim} axes can be separated into 1 term, not {rank}")
    raise ShapeError(f"a kernel of {times(values.shape)} has 1 to {most} separable terms, not {rank}")


def _is_product(values: Values, limit: float) -> bool:
    """Whether the kernel is surely the product of its lines through its greatest entry; cheaper than singular values.

    By Eckart and Young the second singular value is at most the norm of what is left over.
    """
    lines, peak = _lines(values)
    left = values - reduce(_times, [line / peak for line in lines]) * peak
    return bool(np.linalg.norm(left) <= limit * abs(peak))


def _lines(values: Values) -> tuple[list[Values], Any]:
    """The line along each axis through the greatest entry, and that entry."""
    place = np.unravel_index(np.abs(values).argmax(), values.shape)
    cuts: list[tuple[Any, ...]] = [(*place[:axis], slice(None), *place[axis + 1 :]) for axis in range(values.ndim)]
    return [values[cut] for cut in cuts], values[place]


def _ranks(values: Values, limit: float) -> tuple[int, ...]:
    axes = [0] if values.ndim == 2 else range(values.ndim)
    found = tuple(_count(np.linalg.svd(_across(values, axis), compute_uv=False), limit) for axis in axes)
    return found * 2 if values.ndim == 2 else found


def _count(strengths: Values, limit: float) -> int:
    return int((strengths > limit * strengths[0]).sum())


def _across(values: Values, axis: int) -> Values:
    """The matrix `(size, all others)` of one axis."""
    return np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)


def _exact(values: Values) -> tuple[Values, ...] | None:
    """One product of simple numbers that is the kernel to the last digit, where there is one."""
    whole = values.astype(np.int64) if values.dtype.kind == "i" or _are_whole(values) else None
    if whole is not None:
        found = _whole_product(whole)
        return found and tuple(factor.astype(values.dtype) for factor in found)
    unit = np.abs(values[values != 0]).min()
    parts = values / unit
    if np.abs(parts).max() > EXACT or not np.allclose(parts, parts.round(), rtol=0, atol=1e-15 * np.abs(parts).max()):
        return None
    found = _whole_product(parts.round().astype(np.int64))
    return found and tuple(factor * unit ** (1 / values.ndim) for factor in found)


def _are_whole(values: Values) -> bool:
    return bool(np.all(values == values.round()) and np.abs(values).max() < 2**53)


def _whole_product(values: Values) -> tuple[Values, ...] | None:
    """Lines of whole numbers without a common divisor, times the divisor that is common to all; by Gauss's lemma
    a kernel of whole numbers that is a product at all is such a one.
    """
    if not values.any():
        return tuple(np.zeros((1, size), np.int64) for size in values.shape)
    lines, peak = _lines(values)
    lines = [line // np.gcd.reduce(line) for line in lines]
    content, rest = divmod(abs(int(peak)), prod(int(np.abs(line).max()) for line in lines))
    if rest:
        return None
    lines = _signed(lines, values)
    lines[-1] = lines[-1] * content
    return tuple(line[None] for line in lines) if (reduce(_times, lines) == values).all() else None


def _signed(lines: list[Values], values: Values) -> list[Values]:
    """The lines with positive sums, and the sign that is left on the last line whose sum is 0, else on the last."""
    lines = [-line if line.sum() < 0 else line for line in lines]
    if (reduce(_times, lines) * values).sum() < 0:
        free = [axis for axis, line in enumerate(lines) if line.sum() == 0]
        chosen = free[-1] if free else len(lines) - 1
        lines[chosen] = -lines[chosen]
    return lines


def _product(values: Values, limit: float) -> tuple[Values, ...]:
    """The leading vector across each axis, and what the kernel has in their product, shared evenly."""
    if _is_product(values, limit):
        lines = [line / np.linalg.norm(line) for line in _lines(values)[0]]
    else:
        lines = [np.linalg.svd(_across(values, axis), full_matrices=False)[0][:, 0] for axis in range(values.ndim)]
    lines = _signed(lines, values)
    strength = float((reduce(_times, lines) * values).sum())
    return tuple(line[None] * strength ** (1 / values.ndim) for line in lines)


def _singular(values: Values, rank: int) -> tuple[Values, ...]:
    left, strengths, right = np.linalg.svd(values, full_matrices=False)
    root = np.sqrt(strengths[:rank, None])
    return left.T[:rank] * root, right[:rank] * root


def _summed(factors: tuple[Values, ...]) -> Values:
    total: Values = sum(reduce(_times, term) for term in zip(*factors, strict=True))
    return total


def _times(product: Any, line: Any) -> Any:
    return product[..., None] * line


def _like(kernel: ArrayLike | Tensor, factor: Values) -> Array:
    """A factor of the kernel's kind and, where that holds it, type."""
    if isinstance(kernel, Tensor):
        made = torch.from_numpy(np.ascontiguousarray(factor)).to(kernel.device)
        return made.to(kernel.dtype) if kernel.is_floating_point() or factor.dtype.kind == "i" else made
    dtype = np.asarray(kernel).dtype
    return factor.astype(dtype) if dtype.kind == "f" or factor.dtype.kind == "i" else factor
