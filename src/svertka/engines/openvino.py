"""OpenVINO, which reads the same ONNX. It computes in the precision that is asked for, and in no lower one."""

from typing import Any

import torch
from torch import Tensor, nn

from svertka.engines import exchange
from svertka.engines.engine import Engine, Scores, Working
from svertka.engines.onnxruntime import convert
from svertka.engines.pieces import Pieces
from svertka.errors import SettingError

# Left to itself it computes in bfloat16 wherever the processor can. Of int8 the rest is float32.
HINTS = {"float32": "f32", "bfloat16": "bf16", "int8": "f32"}


def not_installed() -> str:
    """What is lacking."""
    return exchange.lacking("openvino")


def start(content: bytes, network: nn.Module, working: Working) -> Scores:
    """A compiled network for pieces of one shape, with a request for each stream.

    Raises:
        SettingError: the processor has no arithmetic of this precision.
    """
    compiled = compiled_for(content, working)

    def stream() -> Scores:
        request = compiled.create_infer_request()

        def scores(images: Tensor) -> Tensor:
            found = request.infer([images.float().contiguous().numpy()], share_inputs=True)
            return torch.from_numpy(found[0].copy())

        return scores

    return Pieces(working.shape[0], stream, working.streams)


def compiled_for(content: bytes, working: Working) -> Any:
    """The network, compiled for one shape."""
    import openvino

    core = openvino.Core()
    if working.precision == "bfloat16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise SettingError("this processor computes no bfloat16")
    model = core.read_model(content)
    model.reshape(list(working.shape))
    settings = {
        "INFERENCE_PRECISION_HINT": HINTS[working.precision],
        "INFERENCE_NUM_THREADS": working.threads,
        "NUM_STREAMS": working.streams,
    }
    return core.compile_model(model, "CPU", settings)


OPENVINO = Engine(
    "openvino", ("float32", "bfloat16", "int8"), ("openvino",), not_installed, convert, start, "onnx", streaming=True
)
