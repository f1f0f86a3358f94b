"""torch itself, with batch normalisation folded away and channels last in memory. It needs no file."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from svertka.engines.engine import Conversion, Engine, Scores, Working
from svertka.engines.folding import folded
from svertka.nn import laid_out, lay_out

TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def nothing() -> str:
    """Torch is always there."""
    return ""


def convert(wanted: Conversion) -> bytes:
    """Nothing: the network's own weights are all that is needed."""
    return b""


def start(content: bytes, network: nn.Module, working: Working) -> Scores:
    """The folded network, in this precision, on so many threads."""
    kind = TYPES[working.precision]
    fast = laid_out(folded(network).to(kind), torch.device("cpu"))

    def scores(images: Tensor) -> Tensor:
        with torch.inference_mode(), threads(working.threads):
            found: Tensor = fast(lay_out(images.to(kind)))
            return found.float()

    return scores


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Torch works on so many threads, and afterwards on as many as before."""
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


TORCH = Engine("torch", ("float32", "bfloat16"), (), nothing, convert, start)
