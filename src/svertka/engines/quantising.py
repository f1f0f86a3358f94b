"""Static quantisation to 8 bits, by ONNX Runtime's own tool: ranges of activations are those of real images.

Weights are rounded channel by channel to signed integers, activations tensor by tensor to unsigned ones: what
processors with 8-bit dot products multiply. Jacob et al., arXiv:1712.05877.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from svertka.engines.hushed import hushed

BATCH = 8  # images at a time


def quantised(content: bytes, images: Tensor) -> bytes:
    """An ONNX network that rounds its weights and activations to 8 bits, in the ranges that these images show."""
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with TemporaryDirectory() as folder, hushed():
        plain, ready, small = (Path(folder) / f"{name}.onnx" for name in ("plain", "ready", "small"))
        plain.write_bytes(content)
        quant_pre_process(plain, ready, skip_symbolic_shape=True)
        quantization.quantize_static(
            ready,
            small,
            Reader(images),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            per_channel=True,
        )
        return small.read_bytes()


class Reader:
    """Hands over images, batch by batch, as the tool asks for them."""

    def __init__(self, images: Tensor) -> None:
        self.batches = iter(torch.split(images.float().contiguous(), BATCH))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next batch under the name of the network's input; nothing after the last."""
        batch = next(self.batches, None)
        return None if batch is None else {"images": batch.numpy()}
