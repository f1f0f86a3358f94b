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


def _none(places: Tensor, size: int) -> Tensor:
    return torch.where((places >= 0) & (places < size), places, -1)


SOURCES: dict[str, Callable[[Tensor, int], Tensor]] = {
    "zeros": _none,
    "reflect": _reflected,
    "symmetric": _mirrored,
    "replicate": _clamped,
    "circular": _wrapped,
}
"""For each border, the sample that stands at a place outside; -1 for none. The names are torch's, and NumPy's."""

BORDERS = tuple(SOURCES)
SIGNED = {torch.uint16: torch.int16, torch.uint32: torch.int32}  # torch picks samples of these only


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
    check_border(border)
    if x.dim() < len(margins):
        raise ShapeError(f"an image of {x.dim()} axes cannot be padded along {len(margins)}")
    if not any(map(any, margins)):
        return x
    if border == "zeros":
        return F.pad(x, [side for margin in reversed(margins) for side in margin])
    for axis, margin in zip(range(-len(margins), 0), margins, strict=True):
        if any(margin):
            x = part(x, axis, 0, x.shape[axis] + sum(margin), margin, border)
    return x


def part(x: Tensor, axis: int, first: int, length: int, margin: Margin, border: str) -> Tensor:
    """A part of the padded image along an axis: `length` samples from `first` on, and zeros where that is over.

    `axis` counts from the end. Where the part lies within the image nothing is copied.
    """
    size, start = x.shape[axis], first - margin[0]
    stop = start + length
    if start >= 0 and stop <= size:
        return x.narrow(axis, start, length)
    chosen = source(border, size, margin, x.device)[first : first + length]
    # To see a type as itself would cut the way of derivatives.
    signed = x.view(SIGNED[x.dtype]) if x.dtype in SIGNED else x
    low, high = min(max(-start, 0), len(chosen)), min(max(size - start, 0), len(chosen))
    pieces = [_picked(signed, axis, chosen[:low]), _picked(signed, axis, chosen[max(low, high) :])]
    if low < high:
        pieces.insert(1, signed.narrow(axis, start + low, high - low))
    if len(chosen) < length:
        shape = list(x.shape)
        shape[axis] = length - len(chosen)
        pieces.append(signed.new_zeros(shape))
    joined = torch.cat([piece for piece in pieces if piece.shape[axis]], dim=axis)
    return joined.view(x.dtype) if x.dtype in SIGNED else joined


def _picked(x: Tensor, axis: int, places: Tensor) -> Tensor:
    """The samples at these places; zeros where a place is -1."""
    found = x.index_select(axis, places.clamp(min=0))
    outside = (places < 0).reshape([-1, *[1] * (-axis - 1)])
    return found.masked_fill(outside, 0) if bool(outside.any()) else found


def source(border: str, size: int, margin: Margin, device: torch.device | None = None) -> Tensor:
    """Which sample of a line stands at each place of the padded line; -1 for a zero.

    Raises:
        ShapeError: the line is empty.
    """
    if size == 0:
        raise ShapeError(f"an empty image has nothing for a border of {border}")
    return SOURCES[border](torch.arange(-margin[0], size + margin[1], device=device), size)


def check_border(border: str) -> None:
    """See that there is such a border.

    Raises:
        UnknownName: there is none; the nearest is offered.
    """
    if border not in BORDERS:
        raise UnknownName("border", border, BORDERS)
