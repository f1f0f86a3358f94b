"""What is taken to lie beyond the border of an image."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from svertka.errors import ShapeError, UnknownName
from svertka.geometry import Margin
from svertka.ops.kinds import Found, Image, like, tensor_of


def _reflected(places: Tensor, size: int) -> Tensor:
    period = max(2 * (size - 1), 1)
    places = places % period
    return torch.minimum(places, period - places) if size > 1 else torch.zeros_like(places)


def _mirrored(places: Tensor, size: int) -> Tensor:
    places = places % (2 * size)
    return torch.minimum(places, 2 * size - 1 - places)


def _clamped(places: Tensor, size: int) -> Tensor:
    return places.clamp(0, size - 1)


def _wrapped(places: Tensor, size: int) -> Tensor:
    return places % size


SOURCES: dict[str, Callable[[Tensor, int], Tensor]] = {
    "reflect": _reflected,
    "symmetric": _mirrored,
    "replicate": _clamped,
    "circular": _wrapped,
}
"""For each border, the sample that stands at a place outside: names as in torch, and symmetric as in NumPy."""

BORDERS = ("zeros", *SOURCES)


def pad(image: Image, padding: Sequence[Margin], border: str = "zeros") -> Found:
    """An image with samples added before and after each of its last axes.

    For the line `abcd`, `reflect` goes on as `dcb|abcd|cba`, `symmetric` as `cba|abcd|dcb`, `replicate` as
    `aaa|abcd|ddd`, `circular` as `bcd|abcd|abc`, and `zeros` with nought; however much is added.

    Args:
        image: `(…, *sizes)`, an array or a tensor.
        padding: how many before and after, for each of the axes in `sizes`.
        border: one of `BORDERS`.

    Raises:
        UnknownName: no border is called so.
        ShapeError: the image has fewer axes, or nothing to repeat.
    """
    return like(padded(tensor_of(image), padding, border), image)


def padded(x: Tensor, margins: Sequence[Margin], border: str) -> Tensor:
    """The same for tensors."""
    if border not in BORDERS:
        raise UnknownName("border", border, BORDERS)
    if x.dim() < len(margins):
        raise ShapeError(f"an image of {x.dim()} axes cannot be padded along {len(margins)}")
    if not any(map(any, margins)):
        return x
    if border == "zeros":
        return F.pad(x, [side for margin in reversed(margins) for side in margin])
    for axis, (before, after) in zip(range(-len(margins), 0), margins, strict=True):
        if before or after:
            x = x.index_select(axis, source(border, x.shape[axis], before, after, x.device))
    return x


def source(border: str, size: int, before: int, after: int, device: torch.device | None = None) -> Tensor:
    """Which sample of a line stands at each place of the padded line.

    Raises:
        ShapeError: the line is empty.
    """
    if size == 0:
        raise ShapeError(f"an empty image has nothing for a border of {border}")
    return SOURCES[border](torch.arange(-before, size + after, device=device), size)
