"""An image of any size through a network, tile by tile, with the very result of the whole image."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from svertka.data.batches import ahead
from svertka.data.rasters import Pixels
from svertka.data.replacing import replacing
from svertka.data.windows import Readable, Window, Writable
from svertka.errors import DataError
from svertka.inference.tiles.boxes import Box, halves, lengths, slices, tiles, volume, whole
from svertka.inference.tiles.calls import Ref
from svertka.inference.tiles.choosing import MEMORY, seen, sides
from svertka.inference.tiles.folding import folded
from svertka.inference.tiles.overall import Overall
from svertka.inference.tiles.recording import Step, Tape, recorded
from svertka.inference.tiles.returning import give_back
from svertka.inference.tiles.running import Machine

log = logging.getLogger(__name__)

Prepare = Callable[[Pixels], Tensor]
Finish = Callable[[Tensor], Pixels]
Progress = Callable[[int, int], None]
Lost = Callable[[Window, str], None]
Pieces = dict[Box, Tensor]
HALVINGS = 4  # of a tile that cannot be read as a whole, to find the parts that can


@dataclass(frozen=True)
class Done:
    """What was done: the sides of a tile, how many there are, were there before, and have places without an answer."""

    sides: tuple[int, ...]
    tiles: int
    before: int
    bad: int


def tiled(
    network: nn.Module,
    source: Readable,
    sink: Writable,
    *,
    tile: int | str | Sequence[int] = "auto",
    memory: int = MEMORY,
    prepare: Prepare | None = None,
    finish: Finish | None = None,
    gap: float | None = None,
    moments: Path | None = None,
    progress: Progress | None = None,
    skip_bad: bool = False,
) -> Done:
    """Run a fully convolutional network over an image, reading and writing in windows.

    The joined tiles equal the result for the whole image, but for the last bits of sums: each layer sees the true
    neighbours of a tile, and pads only where the image ends. While a tile is worked out, the next is read and the one
    before written. What the sink has finished already is not worked out again.

    Args:
        network: as it is used; it is run in evaluation mode.
        source: the image, `(channels, *sizes)`.
        sink: takes the result.
        tile: the side of a tile of the result, or each of its sides; auto: the largest that `memory` allows.
        memory: bytes that a tile may take at its peak, with those that wait to be run or written.
        prepare: makes the network's numbers `(1, channels, *window)` of pixels `(channels, *window)`, place by place.
            By default they are taken as they are.
        finish: makes what is written `(channels, *window)` of scores `(1, outputs, *window)`, place by place. By
            default they are written as they are.
        moments: a file for the means of the whole image that a network needs, so that a later job has not to gather
            them again.
        progress: called with the number of tiles that are done, and of all.
        skip_bad: where the source cannot be read, write `gap` at the places that see it, to a sixteenth of a tile's
            side, and count the tiles.
        gap: NaN by default, or 0 where the sink holds whole numbers.

    Raises:
        ShapeError: a layer looks at more than a window, so that tiles would not be exact; the message names it. Or the
            image is too small, or no tile fits into the memory.
        DataError: a window cannot be read, and `skip_bad` is false; or none can be written.
    """
    job = Job.of(network, source, tile=tile, memory=memory, prepare=prepare, skip_bad=skip_bad)
    return job.into(sink, finish=finish, gap=gap, moments=moments, progress=progress)


class Moments:
    """What was gathered over the whole image, in a file, so that it is gathered once."""

    def __init__(self, path: Path, gather: Callable[[Step], Tensor]) -> None:
        self.path, self.gather = path, gather
        self.found: dict[str, Tensor] = load(path.read_bytes()) if path.exists() else {}

    def of(self, step: Step) -> Tensor:
        """What one layer finds."""
        name = str(step.number)
        if name not in self.found:
            self.found[name] = self.gather(step).contiguous()
            with replacing(self.path) as part:
                part.write_bytes(save(self.found))
        return self.found[name]


@dataclass
class Job:
    """A network over an image."""

    tape: Tape
    machine: Machine
    source: Readable
    prepare: Prepare
    sides: tuple[int, ...]
    skip_bad: bool
    lost: Lost
    bad: int = 0

    @classmethod
    def of(
        cls,
        network: nn.Module,
        source: Readable,
        *,
        tile: int | str | Sequence[int] = "auto",
        memory: int = MEMORY,
        prepare: Prepare | None = None,
        skip_bad: bool = False,
        lost: Lost = lambda window, why: None,
    ) -> "Job":
        """What `tiled` does before it writes, with the same arguments and errors.

        `lost` is told of each tile that has places without an answer, and why.
        """
        network.eval()
        first = next(iter(network.parameters()), None)
        prepare = prepare or partial(_plain, dtype=None if first is None else first.dtype)
        trial = _trial(prepare, source)
        tape = folded(recorded(network, trial.shape[1], source.sizes, trial.dtype))
        machine = Machine.of(tape, network, torch.device("cpu") if first is None else first.device)
        return cls(tape, machine, source, prepare, sides(tape, tile, memory), skip_bad, lost)

    @property
    def boxes(self) -> list[Box]:
        """The tiles of the result, in order."""
        return tiles(self.tape.out.sizes, self.sides)

    def into(
        self,
        sink: Writable,
        *,
        finish: Finish | None = None,
        gap: float | None = None,
        moments: Path | None = None,
        progress: Progress | None = None,
    ) -> Done:
        """What `tiled` does from then on."""
        left = [box for box in self.boxes if not sink.done(slices(box))]
        total = len(self.boxes)
        if left:
            self.settle(moments)
            gap = (np.nan if sink.dtype.kind == "f" else 0) if gap is None else gap
            values = self.values(left, finish or _numbers, gap)
            _write(values, left, total, sink, progress or (lambda done, total: None))
        return Done(self.sides, total, total - len(left), self.bad)

    def settle(self, moments: Path | None) -> None:
        """Work out what is the same for all tiles, or take it from the file.

        Raises:
            DataError: a window cannot be read.
        """
        with torch.inference_mode():
            self.machine.settle(self.gathered if moments is None else Moments(moments, self.gathered).of)

    def values(self, boxes: Sequence[Box], finish: Finish, gap: float) -> Iterator[Pixels]:
        """What is written for each of some tiles, one after another."""
        for box, scores in zip(boxes, self.results(self.tape.result, boxes), strict=True):
            yield self._around(box, finish, gap) if scores is None else finish(scores)

    def results(self, ref: Ref, boxes: Sequence[Box]) -> Iterator[Tensor | None]:
        """Boxes of a value, one after another, while the next is read; nothing where the image cannot be read."""
        for box, pieces in zip(boxes, ahead((partial(self._read, ref, box) for box in boxes), depth=1), strict=True):
            if isinstance(pieces, dict):
                yield self._run(ref, box, pieces)
            else:
                self._left(ref, box, pieces)
                yield None
            give_back()

    def gathered(self, step: Step) -> Tensor:
        """What a layer finds that looks at all places, or at those that can be read.

        Raises:
            DataError: a window cannot be read, or none can.
        """
        assert isinstance(step.operation, Overall)
        image = step.operation.image
        value = self.tape.values[image.number]
        steps = [
            max(1, round(side * Fraction(size, most)))
            for side, size, most in zip(self.sides, value.sizes, self.tape.out.sizes, strict=True)
        ]
        boxes = tiles(value.sizes, steps)
        parts = [
            (volume(box), step.operation.of(part))
            for box, part in zip(boxes, self.results(image, boxes), strict=True)
            if part is not None
        ]
        if not parts:
            raise DataError("no tile of the image can be read")
        share = Fraction(sum(size for size, _ in parts), volume(whole(value.sizes)))
        total = step.operation.joined(part for _, part in parts)
        return step.operation.finished(total, self.tape.bare[step.number].dtype, share)

    def _read(self, ref: Ref, box: Box) -> Pieces | str:
        """What a box needs of the image; in words why it cannot be had."""
        try:
            return {need: self.prepare(self.source.read(slices(need))) for need in seen(self.tape, ref, box)}
        except DataError as error:
            if not self.skip_bad:
                raise
            return str(error)

    def _left(self, ref: Ref, box: Box, why: str) -> None:
        """Tell of a tile of the result that cannot be had as a whole."""
        if ref == self.tape.result:
            log.warning("left empty around what cannot be read: %s", why)
            self.lost(slices(box), why)
            self.bad += 1

    def _run(self, ref: Ref, box: Box, pieces: Pieces) -> Tensor:
        return self.machine.run(ref, box, lambda need: pieces.pop(need).to(self.machine.device))

    def _around(self, box: Box, finish: Finish, gap: float) -> Pixels:
        """A tile of which some places see what cannot be read, and have no answer."""
        parts = [(part, finish(scores)) for part, scores in self._readable(halves(box), HALVINGS)]
        blank = finish(torch.zeros(1, self.tape.out.shape[1], *[1] * len(box), device=self.machine.device))
        found = np.full((len(blank), *lengths(box)), gap, blank.dtype)
        for part, values in parts:
            found[(slice(None), *slices(part, [low for low, _ in box]))] = values
        return found

    def _readable(self, boxes: Iterable[Box], depth: int) -> Iterator[tuple[Box, Tensor]]:
        """Parts of a tile whose pixels can be read, found by halving those where not all can."""
        for box in boxes:
            pieces = self._read(self.tape.result, box)
            if isinstance(pieces, dict):
                yield box, self._run(self.tape.result, box, pieces)
            elif depth > 1:
                yield from self._readable(halves(box), depth - 1)


def _write(values: Iterator[Pixels], boxes: Sequence[Box], total: int, sink: Writable, progress: Progress) -> None:
    """Write each tile of the result while the next is worked out."""
    before = total - len(boxes)
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[None]] = deque()
        for count, (box, found) in enumerate(zip(boxes, values, strict=True)):
            while waiting:
                waiting.popleft().result()
            progress(before + count, total)
            waiting.append(pool.submit(_written, sink, slices(box), found))
        while waiting:
            waiting.popleft().result()
    progress(total, total)


def _written(sink: Writable, window: Window, values: Pixels) -> None:
    """Write a tile, which is finished then."""
    sink.write(window, values)
    sink.mark(window)


def _trial(prepare: Prepare, source: Readable) -> Tensor:
    """What the network gets for one pixel of the source's kind."""
    bright = 1 if source.dtype.kind in "fb" else np.iinfo(source.dtype).max  # so that transparency is none
    trial = np.full((source.channels, *[1] * len(source.sizes)), bright, source.dtype)
    return prepare(trial)


def _plain(pixels: Pixels, dtype: torch.dtype | None) -> Tensor:
    return torch.from_numpy(pixels)[None].to(dtype)


def _numbers(scores: Tensor) -> Pixels:
    return np.asarray(scores[0].cpu().numpy())
