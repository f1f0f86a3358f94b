"""Our own convolutions: Winograd's way for 3 x 3, and bias, sum and rectifier done while numbers are in registers.

Everything else in the network stays torch's. Only float32, and only where `llvmlite` is installed (`svertka[fast]`).
"""

from io import BytesIO

import torch
from torch import Tensor, nn

from svertka.engines.engine import Conversion, Engine, Scores, Working
from svertka.engines.fusing import fused
from svertka.engines.hushed import hushed
from svertka.engines.pieces import Pieces
from svertka.engines.torch import threads
from svertka.nn import lay_out
from svertka.ops.threads import crew_of
from svertka.ops.vector_code import is_there


def not_installed() -> str:
    """What is lacking."""
    return "" if is_there() else "it needs llvmlite; run: pip install 'svertka[fast]'"


def convert(wanted: Conversion) -> bytes:
    """The folded network as torch writes it."""
    file = BytesIO()
    with hushed():
        torch.export.save(wanted.program, file)
    return file.getvalue()


def start(content: bytes, network: nn.Module, working: Working) -> Scores:
    """The network with our convolutions; each stream has its share of the threads.

    What is left to torch goes on one thread: its others would go on spinning for a while, and be in the way of ours.
    """
    share = max(1, working.threads // working.streams)
    with hushed(), torch.inference_mode():
        fast = fused(torch.export.load(BytesIO(content)).module(), lay_out(torch.zeros(working.shape)))

    def scores(images: Tensor) -> Tensor:
        with torch.inference_mode(), threads(1), crew_of(share):
            found: Tensor = fast(lay_out(images.float()))
            return found

    return Pieces(working.shape[0], lambda: scores, working.streams)


VECTORS = Engine("vectors", ("float32",), ("llvmlite",), not_installed, convert, start, "pt2", streaming=True)
