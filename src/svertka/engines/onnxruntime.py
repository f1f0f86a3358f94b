"""ONNX Runtime. Each stream is a call of its own into one session; the weights are there once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from svertka.engines import exchange
from svertka.engines.engine import Conversion, Engine, Scores, Working
from svertka.engines.pieces import Pieces
from svertka.engines.quantising import quantised

NAMES = ("images", "scores")


def not_installed() -> str:
    """What is lacking."""
    return exchange.lacking("onnxruntime")


def convert(wanted: Conversion) -> bytes:
    """The folded network as ONNX; for int8 with what is to be rounded where."""
    content = exchange.as_onnx(wanted.program, names=NAMES)
    if wanted.precision != "int8":
        return content
    assert wanted.calibration is not None
    return quantised(content, wanted.calibration)


def start(content: bytes, network: nn.Module, working: Working) -> Scores:
    """A session for pieces of one shape."""
    session = opened(content, working)

    def scores(images: Tensor) -> Tensor:
        (found,) = session.run(None, {NAMES[0]: images.float().contiguous().numpy()})
        return torch.from_numpy(found)

    return Pieces(working.shape[0], lambda: scores, working.streams)


def opened(content: bytes, working: Working) -> Any:
    """A session: alone it works on all threads; where there are several streams, each works on its share."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, working.threads // working.streams)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    with denormals_kept():
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


@contextmanager
def denormals_kept() -> Iterator[None]:
    """Leave this thread's smallest numbers as they were: a session that makes them 0 for itself does so here too."""
    zero = bool(np.float32(1e-40) * np.float32(1) == 0)
    try:
        yield
    finally:
        torch.set_flush_denormal(zero)


ONNXRUNTIME = Engine(
    "onnxruntime", ("float32", "int8"), ("onnxruntime",), not_installed, convert, start, "onnx", streaming=True
)
