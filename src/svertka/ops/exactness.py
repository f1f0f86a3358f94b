"""Which type a convolution computes in and which it answers in, so that whole numbers stay exact."""

from dataclasses import dataclass

import torch
from torch import Tensor

from svertka.errors import SettingError, UnknownName
from svertka.ops.kinds import NARROW, is_whole

TYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.uint8, torch.int8, torch.uint16, torch.int16, torch.uint32, torch.int32, torch.int64, torch.float32,
        torch.float64,
    )
}  # fmt: skip
EXACT = {torch.float32: 2**24, torch.float64: 2**53, torch.int64: 2**63 - 1}
"""Up to which size every whole number has its own place in a type; sums that stay below are exact in any order."""


@dataclass(frozen=True)
class Plan:
    """The type to compute in, the type to answer in, and how large sums of whole numbers get that must be exact."""

    inner: torch.dtype
    outer: torch.dtype
    greatest: int = 0

    @property
    def exact(self) -> bool:
        """Whether an image of whole numbers meets kernels of whole numbers."""
        return self.greatest > 0


def planned(x: Tensor, weight: Tensor, bias: Tensor | None, dtype: str | None) -> Plan:
    """The types for an image, its kernels and their bias.

    Raises:
        SettingError: the kernel is not finite, or integers could overflow 64 bits.
        UnknownName: no type is called so.
    """
    if dtype is not None and dtype not in TYPES:
        raise UnknownName("type", dtype, TYPES)
    wanted = None if dtype is None else TYPES[dtype]
    if weight.is_floating_point() and not bool(weight.isfinite().all()):
        raise SettingError("a kernel holds finite numbers, and this one holds NaN or infinity")
    if not is_whole(x):
        return Plan(x.dtype, wanted or x.dtype)
    if not is_whole(weight) or (bias is not None and not is_whole(bias)):
        inner = torch.float32 if x.dtype in NARROW else torch.float64
        return Plan(inner, wanted or inner)
    bound = greatest(x, weight, bias)
    exact = [dtype for dtype, limit in EXACT.items() if bound <= limit]
    if not exact:
        raise SettingError(
            f"sums of {str(x.dtype).removeprefix('torch.')} could reach {bound:,}, more than 64-bit integers hold; "
            "turn the image to float64 first"
        )
    narrow = bound <= 2**31 - 1 and x.dtype != torch.int64
    return Plan(exact[0], wanted or (torch.int32 if narrow else torch.int64), max(bound, 1))


def greatest(x: Tensor, weight: Tensor, bias: Tensor | None) -> int:
    """The greatest absolute value that a sum could reach, by the image's type; for 64 bits, by its values."""
    # Python's own integers, which never overflow.
    sums: list[int] = [sum(map(abs, values)) for values in weight.flatten(1).tolist()]
    offset: int = 0 if bias is None else max(map(abs, bias.tolist()))
    return max(sums) * _limit(x) + offset


def _limit(x: Tensor) -> int:
    if x.dtype == torch.bool:
        return 1
    if x.dtype == torch.int64:
        return max(abs(int(x.min())), abs(int(x.max()))) if x.numel() else 0
    info = torch.iinfo(x.dtype)
    return max(-info.min, info.max)


def finished(y: Tensor, plan: Plan) -> Tensor:
    """The answer in its own type: rounded and cut where that is whole."""
    if y.dtype == plan.outer:
        return y
    if plan.outer.is_floating_point or (plan.exact and plan.outer in (torch.int32, torch.int64)):
        return y.to(plan.outer)
    if y.is_floating_point():
        y = y.round()
    return y.clamp(*limits(plan.outer, y.dtype)).to(plan.outer)


def limits(whole: torch.dtype, inner: torch.dtype) -> tuple[int, int]:
    """The range of a whole type, as far as numbers of another type reach into it."""
    info = torch.iinfo(whole)
    bits = {torch.float32: 24, torch.float64: 53}.get(inner, 64)
    unit = 2 ** max(0, info.max.bit_length() - bits)  # how far apart numbers lie at the upper end
    return info.min, (info.max + 1) - unit
