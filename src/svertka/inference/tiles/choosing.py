"""How large a tile may be: the fewest tiles that fit into so much memory, found by running one without numbers."""

from collections.abc import Callable, Sequence
from math import ceil

import torch
from torch import Tensor

from svertka.errors import ShapeError
from svertka.geometry import times
from svertka.inference.tiles.boxes import Box, even, lengths, volume
from svertka.inference.tiles.calls import Ref
from svertka.inference.tiles.recording import IMAGE, Tape
from svertka.inference.tiles.running import Machine, planned
from svertka.measure.memory import Living

MEMORY = 2**30
LONGEST_STEP = 512  # tiles are aligned to steps up to this; longer ones come of odd factors, and hold for no real tile
SLACK = 1.5  # what the C library holds for each byte in use, measured between 1.2 and 1.5
QUEUED = 2  # tiles that wait before and behind the network


def sides(tape: Tape, tile: int | str | Sequence[int], memory: int) -> tuple[int, ...]:
    """How long tiles of the result are along each axis: as asked for, or as long as fit into so many bytes.

    Raises:
        ShapeError: not even the smallest fits.
    """
    if tile != "auto":
        asked = [tile] * len(tape.out.sizes) if isinstance(tile, int) else [int(side) for side in tile]
        return tuple(min(side, size) for side, size in zip(asked, tape.out.sizes, strict=True))
    steps = [step if step <= LONGEST_STEP else 1 for step in tape.stride]
    longest = _longest(lambda side: needed(tape, _cut(tape, side, steps)) <= memory, max(tape.out.sizes), max(steps))
    if not longest:
        least = needed(tape, _cut(tape, max(steps), steps))
        raise ShapeError(
            f"the smallest tile, {times(_cut(tape, max(steps), steps))}, needs {ceil(least / 2**20)} MiB, "
            f"but only {memory // 2**20} are allowed"
        )
    return _cut(tape, longest, steps)


def needed(tape: Tape, lengths_out: Sequence[int]) -> int:
    """Bytes that live at most at once while a tile of the result is worked out, and others wait beside it.

    A tile in the middle is taken, which sees most. Convolutions rearrange what they read or write: one copy of the
    largest tensor is counted beside those that are seen.
    """
    box = middle(tape.out.sizes, lengths_out)
    machine = Machine.bare(tape)
    seen = planned(tape, tape.result, box)[IMAGE.number]
    image = tape.bare[IMAGE.number]

    def read(need: Box) -> Tensor:
        return torch.empty(1, image.shape[1], *lengths(need), device="meta", dtype=image.dtype)

    with Living() as living:
        out = machine.run(tape.result, box, read)
    queued = sum(map(volume, seen)) * image.shape[1] * image.element_size() + out.nbytes
    return int(SLACK * (living.peak + living.largest) + QUEUED * queued)


def middle(sizes: Sequence[int], sides: Sequence[int]) -> Box:
    """A box of these sides that is as far from all borders as can be."""
    starts = [(size - min(side, size)) // 2 for size, side in zip(sizes, sides, strict=True)]
    return tuple((start, start + min(side, size)) for start, side, size in zip(starts, sides, sizes, strict=True))


def seen(tape: Tape, ref: Ref, box: Box) -> list[Box]:
    """The boxes of the image that a box of a value needs."""
    return planned(tape, ref, box)[IMAGE.number]


def _cut(tape: Tape, side: int, steps: Sequence[int]) -> tuple[int, ...]:
    return tuple(min(even(size, side, step), size) for size, step in zip(tape.out.sizes, steps, strict=True))


def _longest(fits: Callable[[int], bool], largest: int, step: int) -> int:
    """The longest side that fits, a multiple of a step; 0 where none does."""
    low, high = 0, ceil(largest / step) + 1
    if fits((high - 1) * step):
        return (high - 1) * step
    while high - low > 1:
        place = (low + high) // 2
        low, high = (place, high) if fits(place * step) else (low, place)
    return low * step
