"""The spaces a signal may live in, and torch's layers for each."""

from dataclasses import dataclass
from typing import Any

from torch import nn

from svertka.errors import ShapeError

Layer = type[nn.Module]


@dataclass(frozen=True)
class Space:
    """One row of the table: the same verbs, at one rank.

    `axes` names the spatial axes as they stand in a tensor, behind batch and channels; `up` is the transposed
    convolution, which makes signals longer.
    """

    name: str
    axes: str
    conv: Layer
    up: Layer
    norm: Layer
    max_pool: Layer
    mean_pool: Layer
    global_mean: Layer

    @property
    def rank(self) -> int:
        """How many spatial axes there are."""
        return len(self.axes)

    def __repr__(self) -> str:
        return self.name.upper()

    def __reduce__(self) -> tuple[Any, ...]:
        # There is one LINE, one PLANE and one VOLUME, in every process.
        return space_of, (self.rank,)


LINE = Space(
    "line", "T", nn.Conv1d, nn.ConvTranspose1d, nn.BatchNorm1d, nn.MaxPool1d, nn.AvgPool1d, nn.AdaptiveAvgPool1d
)
PLANE = Space(
    "plane", "HW", nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d
)
VOLUME = Space(
    "volume", "DHW", nn.Conv3d, nn.ConvTranspose3d, nn.BatchNorm3d, nn.MaxPool3d, nn.AvgPool3d, nn.AdaptiveAvgPool3d
)

SPACES = {space.name: space for space in (LINE, PLANE, VOLUME)}


def space_of(rank: int) -> Space:
    """The space with this many axes.

    Raises:
        ShapeError: there is none.
    """
    for space in SPACES.values():
        if space.rank == rank:
            return space
    raise ShapeError(f"images have 1, 2 or 3 axes (signals, planes, volumes), not {rank}")
