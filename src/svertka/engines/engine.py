"""What every engine has: a name, what it can do here, how a network becomes its file, and how that file is started."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from torch import Tensor, nn
from torch.export import ExportedProgram

from svertka.engines.exchange import exported
from svertka.engines.folding import folded

Precision = Literal["float32", "bfloat16", "int8"]
Scores = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Conversion:
    """A network in evaluation mode, an example `(batch, channels, *sizes)` of what it takes, and the precision.

    `calibration` are more images, from whose activations int8 learns its ranges.
    """

    network: nn.Module
    example: Tensor
    precision: Precision = "float32"
    calibration: Tensor | None = None

    @cached_property
    def program(self) -> ExportedProgram:
        """The operators of the folded network for images of this size, for all engines that begin with them.

        Raises:
            SettingError: a layer cannot be written.
        """
        return exported(folded(self.network), self.example, any_size=False)


@dataclass(frozen=True)
class Working:
    """How an engine is to work: pieces of this shape, on so many threads in all, so many pieces at a time."""

    shape: tuple[int, ...]
    precision: Precision = "float32"
    threads: int = 1
    streams: int = 1


@dataclass(frozen=True)
class Engine:
    """One way to compute scores.

    `lacking` says what this machine lacks for it, and how to get that; nothing where it can work. `convert` gives the
    content of a file with this `ending`; where there is none, the network itself is what is started. `bound` engines
    take only batches of the example's length; `streaming` ones work on several pieces at a time. `packages` are those
    whose versions matter.
    """

    name: str
    precisions: tuple[Precision, ...]
    packages: tuple[str, ...]
    lacking: Callable[[], str]
    convert: Callable[[Conversion], bytes]
    start: Callable[[bytes, nn.Module, Working], Scores]
    ending: str = ""
    bound: bool = False
    streaming: bool = False
