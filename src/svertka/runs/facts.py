"""What a run was asked to do, and what it found out before it began."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from torch import nn

from svertka.nn import SPACES, Factor, refactored
from svertka.settings import TrainSettings
from svertka.zoo import find


class Asked(BaseModel):
    """The network, the data and every choice, those made by default too.

    `start` is the run whose weights were the first ones, for the record only: what is needed of it was copied.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: str
    data: str
    start: str | None = None
    settings: TrainSettings


class Facts(BaseModel):
    """What the network is made for.

    `channels` are those of its input, and `names` how many classes, numbers or conditions have a name, where that
    is another number than that of the outputs. `sizes` are those of its images; `target_mean` and
    `target_deviation` turn its answers into numbers in their own units, and are empty for classes. `changes` are
    settings of the network that follow from the data, `lags` how far a forecast looks back, and `rate` how many
    samples of sound a second has, where that is known. `factors` are the layers that were made of two cheaper ones, one
    after another; see `svertka.factoring`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: str
    task: str
    outputs: int
    names: int | None = None
    channels: int
    space: str
    sizes: tuple[int, ...]
    target_mean: tuple[float, ...]
    target_deviation: tuple[float, ...]
    changes: dict[str, Any] = {}
    lags: str = ""
    rate: int | None = None
    factors: dict[str, Factor] = {}
    svertka: str
    torch: str

    def build(self) -> nn.Module:
        """A fresh network of this kind.

        Raises:
            UnknownName: no network is called so, as where a plugin is missing.
            ShapeError: it has no layers as those that were factored.
        """
        variant = find(self.variant)
        network = variant.build(
            classes=self.outputs,
            channels=self.channels,
            space=SPACES[self.space],
            **variant.bound_to(self.sizes),
            **self.changes,
        )
        return refactored(network, self.factors)
