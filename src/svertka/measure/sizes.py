"""How small an image may be."""

from collections.abc import Sequence

from torch import nn

from svertka.errors import ShapeError
from svertka.geometry import times
from svertka.measure.walking import bare, walk

LARGEST = 2**14


def smallest_size(network: nn.Module, channels: int, rank: int) -> int:
    """The shortest side with which the network works, its auxiliary heads too, found by trying.

    Raises:
        ShapeError: it works with none up to `LARGEST`.
    """
    network = bare(network)  # once, not for each trial
    large = 1
    while not _fits(network, channels, [large] * rank):
        if large == LARGEST:
            walk(network, channels, [large] * rank, training=True)
        large *= 2
    small = large // 2
    while large - small > 1:
        middle = (small + large) // 2
        if _fits(network, channels, [middle] * rank):
            large = middle
        else:
            small = middle
    return large


def comfortable_size(network: nn.Module, channels: int, rank: int) -> int:
    """The shortest side that leaves at least two samples to each axis of the last features, where that counts.

    A network with padding works on a single pixel, but sees only its own padding there.
    """
    smallest = smallest_size(network, channels, rank)
    return max(smallest, 2 * _jump(network, channels, rank)) if hasattr(network, "body") else smallest


def check_sizes(network: nn.Module, channels: int, sizes: Sequence[int]) -> None:
    """See that the network takes images of these sizes.

    Raises:
        ShapeError: it does not; the message names the layer and the smallest size that works.
    """
    network = bare(network)
    try:
        walk(network, channels, sizes, training=True)
    except ShapeError as error:
        smallest = times([smallest_size(network, channels, len(sizes))] * len(sizes))
        raise ShapeError(
            f"an image of {times(sizes)} is too small for this network: {error}; "
            f"the smallest size that works is {smallest}"
        ) from None


def _fits(network: nn.Module, channels: int, sizes: Sequence[int]) -> bool:
    try:
        walk(network, channels, sizes, training=True)
    except ShapeError:
        return False
    return True


def _jump(network: nn.Module, channels: int, rank: int) -> int:
    """How many image samples lie between two neighbours of the body's last features."""
    near, far = 1024, 2048
    steps = _body_size(network, channels, far, rank) - _body_size(network, channels, near, rank)
    return (far - near) // steps


def _body_size(network: nn.Module, channels: int, size: int, rank: int) -> int:
    body = next(visit for visit in walk(network, channels, [size] * rank) if visit.name == "body")
    return body.shape_out[-1]
