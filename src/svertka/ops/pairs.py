"""A layer's weights as those of two cheaper layers in a row, the best such pair in least squares.

Three ways to cut the weights `(out, in, *sizes)` of a convolution in two, each a matrix whose singular values tell what
a pair of rank `r` loses (Eckart and Young 1936):

    spatial     a column, then a row: k×1 to `r` channels, 1×k to `out`. The matrix is `(in·k, out·k)`; Jaderberg et
                al., arXiv:1405.3866, scheme 2; its optimum: Tai et al., arXiv:1511.06067, theorem 1.
    depthwise   `r` kernels for each input channel, then 1×1. A matrix `(k², out)` for each input channel; with r = 1
                the layer of MobileNet, with r = k² exact: Guo et al., arXiv:1808.05517.
    bottleneck  `r` whole kernels, then 1×1. The matrix is `(in·k², out)`. Also for linear layers `(out, in)`: truncated
                singular values, Girshick, arXiv:1504.08083, section 3.1.

Kernels may have any number of axes; a column is along the first axis that is longer than 1, a row is all the rest.
Groups are cut one by one, all to the same rank.
"""

from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

import torch
from torch import Tensor

from svertka.errors import SettingError, ShapeError
from svertka.geometry import times
from svertka.ops.kinds import Found, Image, like, tensor_of

Kind = Literal["spatial", "depthwise", "bottleneck"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Pair:
    """The weights of two layers in a row, `first` and `second`, and how far their product is from the one layer.

    `error` is the root of the sum of squares of the singular values left out; `relative_error` its share of that of
    all.
    """

    first: Found
    second: Found
    error: float
    relative_error: float


def pair(weight: Image, kind: Kind, rank: int, *, groups: int = 1) -> Pair:
    """The nearest pair of this kind and rank.

    Args:
        weight: `(out, in / groups, *sizes)`, or `(out, in)` of a linear layer for a bottleneck.
        kind: how to cut it.
        rank: channels between the two, for each group (spatial, bottleneck) or for each input channel (depthwise).
        groups: as the layer has them.

    Returns:
        Weights of the same kind and type, for layers with as many groups; the first of a depthwise pair has as many as
        input channels. Both have the same share in the singular values.

    Raises:
        ShapeError: the weight cannot be cut so, or not to this rank.
    """
    values = tensor_of(weight)
    matrix = matrices(values, kind, groups)
    most = min(matrix.shape[-2:])
    if not 1 <= rank <= most:
        raise ShapeError(f"a {kind} pair for {times(values.shape)} has rank 1 to {most}, not {rank}")
    left, strengths, right = torch.linalg.svd(matrix, full_matrices=False)
    root = strengths[..., :rank].sqrt()
    first, second = _folded(left[..., :rank] * root[..., None, :], root[..., None] * right[..., :rank, :], values, kind)
    lost, whole = float(strengths[..., rank:].norm()), float(strengths.norm())
    dtype = values.dtype if values.is_floating_point() else torch.float64
    return Pair(like(first.to(dtype), weight), like(second.to(dtype), weight), lost, lost / whole if whole else 0.0)


def errors(weight: Image, kind: Kind, *, groups: int = 1) -> list[float]:
    """The relative error of the pair of each rank, from 1 to the highest, where it is 0."""
    strengths = torch.linalg.svdvals(matrices(tensor_of(weight), kind, groups))
    energy = strengths.square().sum(0)
    lost = [*energy.flip(0).cumsum(0).flip(0)[1:].tolist(), 0.0]
    whole = float(energy.sum())
    return [(each / whole) ** 0.5 if whole else 0.0 for each in lost]


def highest(weight: Image, kind: Kind, groups: int = 1) -> int:
    """The rank with which a pair is exact."""
    return min(matrices(tensor_of(weight).to("meta"), kind, groups).shape[-2:])


def fault(sizes: tuple[int, ...], channels: int, kind: Kind) -> str:
    """Why a layer with this kernel and so many input channels to a group has no pair of this kind; empty if it has."""
    long = sum(size > 1 for size in sizes)
    if kind == "spatial" and long < 2:
        return f"a kernel of {times(sizes)} has no two axes to be split" if sizes else "a linear layer has no kernel"
    if kind == "depthwise" and long == 0:
        return f"a kernel of {times(sizes)} is pointwise already" if sizes else "a linear layer has no kernel"
    if kind == "depthwise" and channels == 1:
        return "each kernel has one channel: it is depthwise already"
    return ""


def column(sizes: tuple[int, ...]) -> int:
    """The axis of the first of a spatial pair."""
    return next(axis for axis, size in enumerate(sizes) if size > 1)


def matrices(weight: Tensor, kind: Kind, groups: int = 1) -> Tensor:
    """What a pair of this kind takes apart, `(batch, rows, columns)` in double precision.

    Raises:
        ShapeError: there is no such pair.
        SettingError: no such kind.
    """
    if kind not in KINDS:
        raise SettingError(f"pairs are {', '.join(KINDS)}, not {kind!r}")
    cout, channels, *sizes = weight.shape
    if cout % groups:
        raise ShapeError(f"{cout} kernels cannot be shared by {groups} groups")
    if why := fault(tuple(sizes), channels, kind):
        raise ShapeError(f"no {kind} pair: {why}")
    grouped = weight.detach().double().reshape(groups, cout // groups, channels, -1)
    if kind == "depthwise":
        return grouped.permute(0, 2, 3, 1).reshape(groups * channels, prod(sizes), -1)
    if kind == "bottleneck":
        return grouped.reshape(groups, cout // groups, -1).mT
    height = sizes[column(tuple(sizes))]
    split = grouped.reshape(groups, cout // groups, channels, height, -1)
    return split.permute(0, 2, 3, 1, 4).reshape(groups, channels * height, -1)


def _folded(left: Tensor, right: Tensor, weight: Tensor, kind: Kind) -> tuple[Tensor, Tensor]:
    """Vectors `(batch, rows, rank)` and `(batch, rank, columns)` as the weights of two layers."""
    cout, channels, *sizes = weight.shape
    if kind == "depthwise":
        first = left.mT.reshape(-1, 1, *sizes)
        mixed = right.reshape(-1, channels * right.shape[1], right.shape[2]).mT
        return first, mixed.reshape(cout, -1, *[1] * len(sizes))
    if kind == "bottleneck":
        return left.mT.reshape(-1, channels, *sizes), right.mT.reshape(cout, -1, *[1] * len(sizes))
    along = column(tuple(sizes))
    tall, wide = list(sizes), list(sizes)
    tall[along + 1 :], wide[along] = [1] * (len(sizes) - along - 1), 1
    first = left.mT.reshape(-1, channels, *tall)
    second = right.reshape(*right.shape[:2], -1, prod(wide)).transpose(1, 2)
    return first, second.reshape(cout, -1, *wide)
