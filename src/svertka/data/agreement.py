"""What the images of a set have in common, so that one network can take them all."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from svertka.data.colour import widest
from svertka.data.rasters import Colour, Header
from svertka.errors import DataError
from svertka.geometry import times

Model = Literal["grey", "rgb", "keep"]
Wanted = Literal["auto", "grey", "rgb", "keep"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agreement:
    """The kind of image that a set holds, and the sizes that occur."""

    model: Model
    colour: Colour
    channels: int
    dtype: str
    rank: int
    sizes: Counter[tuple[int, ...]]


def agree(headers: Sequence[Header], place: Callable[[int], str], wanted: Wanted) -> Agreement:
    """The kind that all images can be brought to; `wanted` is the setting `colour`, `place` says where one lies.

    Raises:
        DataError: they differ in what cannot be brought together; the message names a file of each kind.
    """
    _same(headers, place, "type of pixels", lambda header: header.dtype)
    _same(headers, place, "number of axes", lambda header: str(len(header.sizes)))
    model: Model = widest(header.colour for header in headers) if wanted == "auto" else wanted
    if model == "keep":
        _same(headers, place, "number of channels", lambda header: str(header.channels))
        colour, channels = headers[0].colour, headers[0].channels
    else:
        colour, channels = ("grey", 1) if model == "grey" else ("rgb", 3)
        _tell(headers, model)
    return Agreement(
        model=model,
        colour=colour,
        channels=channels,
        dtype=headers[0].dtype,
        rank=len(headers[0].sizes),
        sizes=Counter(header.sizes for header in headers),
    )


def described(sizes: Counter[tuple[int, ...]]) -> str:
    """The sizes in words: `28x28`, or from the least to the greatest."""
    if len(sizes) == 1:
        return times(next(iter(sizes)))
    axes = list(zip(*sizes, strict=True))
    return f"{times([min(axis) for axis in axes])} to {times([max(axis) for axis in axes])}"


def _tell(headers: Sequence[Header], model: str) -> None:
    kinds = Counter(header.colour for header in headers)
    if set(kinds) == {model}:
        return
    found = ", ".join(f"{count:,} {colour}" for colour, count in kinds.most_common())
    lost = " (transparency is dropped)" if any(colour.endswith("+alpha") for colour in kinds) else ""
    log.warning("images are turned to %s: there are %s%s; --colour chooses", model, found, lost)


def _same(headers: Sequence[Header], place: Callable[[int], str], what: str, fact: Callable[[Header], str]) -> None:
    first: dict[str, int] = {}
    for index, header in enumerate(headers):
        first.setdefault(fact(header), index)
    if len(first) > 1:
        examples = ", ".join(f"{value} in {place(index)}" for value, index in list(first.items())[:3])
        raise DataError(f"images differ in {what}: {examples}; bring them to one kind")
