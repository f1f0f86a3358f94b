"""The one list of engines."""

import torch
from torch import Tensor, nn

from svertka.engines.compiled import COMPILE
from svertka.engines.engine import Conversion, Engine, Precision, Scores, Working
from svertka.engines.onnxruntime import ONNXRUNTIME
from svertka.engines.openvino import OPENVINO
from svertka.engines.torch import TORCH
from svertka.engines.vectors import VECTORS
from svertka.errors import SettingError, UnknownName

ENGINES = {each.name: each for each in (TORCH, VECTORS, COMPILE, ONNXRUNTIME, OPENVINO)}


def engine(name: str) -> Engine:
    """The engine of this name.

    Raises:
        UnknownName: there is none; the message offers the nearest.
    """
    if name not in ENGINES:
        raise UnknownName("engine", name, ENGINES)
    return ENGINES[name]


def prepare(
    name: str,
    network: nn.Module,
    example: Tensor,
    *,
    precision: Precision = "float32",
    threads: int | None = None,
    streams: int = 1,
    calibration: Tensor | None = None,
) -> Scores:
    """A function from normalised images to scores, computed by an engine.

    Args:
        name: torch, compile, onnxruntime or openvino.
        network: what is to be computed; it is used in evaluation mode, and stays as it is.
        example: images `(batch, channels, *sizes)`; it is made for batches of this length, and cuts others into such.
        precision: float32, bfloat16 or int8, of those that the engine has.
        threads: in all; as torch has them by default.
        streams: how many batches at a time.
        calibration: images from which int8 learns the ranges of activations; by default the example.

    Raises:
        UnknownName: there is no such engine.
        SettingError: it cannot work here, or not in this precision; the message says why.
    """
    chosen = engine(name)
    check(chosen, precision)
    wanted = Conversion(network, example, precision, example if calibration is None else calibration)
    streams = streams if chosen.streaming else 1
    working = Working(tuple(example.shape), precision, threads or torch.get_num_threads(), streams)
    return chosen.start(chosen.convert(wanted), network, working)


def check(chosen: Engine, precision: Precision) -> None:
    """See that an engine can work here in this precision.

    Raises:
        SettingError: it cannot; the message says why.
    """
    if why := why_not(chosen, precision):
        raise SettingError(f"{chosen.name}: {why}")


def why_not(chosen: Engine, precision: Precision) -> str:
    """Why an engine cannot work here in this precision; nothing where it can."""
    if precision not in chosen.precisions:
        return f"it has no {precision}"
    return chosen.lacking()
