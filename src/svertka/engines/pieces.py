"""A call of any length, cut into pieces of the length an engine was made for; several may be worked on at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import torch
from torch import Tensor

from svertka.engines.engine import Scores


class Pieces:
    """Scores of images `(batch, channels, *sizes)`, piece by piece.

    Each stream has a function of its own, and works on one piece at a time. The last piece is filled up with its last
    image, whose further scores are left out. Calls from several threads wait for one another.
    """

    def __init__(self, length: int, make: Callable[[], Scores], streams: int) -> None:
        self.length = length
        self.streams = [make() for _ in range(streams)]
        self.pool = ThreadPoolExecutor(streams) if streams > 1 else None
        self.lock = Lock()

    def __call__(self, images: Tensor) -> Tensor:
        with self.lock:
            if len(images) == self.length:
                return self.streams[0](images)
            pieces = torch.split(filled(images, self.length), self.length)
            return torch.cat(self._scores(pieces))[: len(images)]

    def _scores(self, pieces: tuple[Tensor, ...]) -> list[Tensor]:
        if self.pool is None:
            return [self.streams[0](piece) for piece in pieces]
        found = [torch.empty(0)] * len(pieces)
        waiting = iter(enumerate(pieces))  # shared: whichever stream is free takes the next

        def work(stream: Scores) -> None:
            for place, piece in waiting:
                found[place] = stream(piece)

        list(self.pool.map(work, self.streams))
        return found


def filled(images: Tensor, length: int) -> Tensor:
    """The images, with the last one again and again up to a multiple of this length."""
    lacking = -len(images) % length
    return torch.cat([images, images[-1:].expand(lacking, *images.shape[1:])]) if lacking else images
