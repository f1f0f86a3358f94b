"""torch.compile, ahead of time: C++ for one network and one length of batch, its weights frozen into it.

It is compiled once, into a file that is loaded in milliseconds.
"""

import os
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from svertka.engines.eager import check_convertible
from svertka.engines.engine import Conversion, Engine, Scores, Working
from svertka.engines.folding import folded
from svertka.engines.hushed import hushed
from svertka.engines.pieces import Pieces
from svertka.engines.torch import TYPES, threads

COMPILERS = ("c++", "g++", "clang++", "cl")


def no_compiler() -> str:
    """What is lacking: the C++ compiler that CXX names, or any."""
    named = os.environ.get("CXX")
    if any(which(name) for name in ([named] if named else COMPILERS)):
        return ""
    return f"there is no C++ compiler {named or ', '.join(COMPILERS)}; install one, or name it in CXX"


def convert(wanted: Conversion) -> bytes:
    """Machine code for batches of the example's length.

    Raises:
        SettingError: a layer cannot be compiled.
    """
    from torch._inductor import aoti_compile_and_package

    check_convertible(wanted.network)
    kind = TYPES[wanted.precision]
    with TemporaryDirectory() as folder, hushed(), torch.no_grad():
        program = torch.export.export(folded(wanted.network).to(kind), (wanted.example.to(kind).contiguous(),))
        path = aoti_compile_and_package(
            program, package_path=str(Path(folder) / "network.pt2"), inductor_configs={"freezing": True}
        )
        return Path(path).read_bytes()


def start(content: bytes, network: nn.Module, working: Working) -> Scores:
    """The compiled network; longer calls are cut into batches of its own length."""
    from torch._inductor import aoti_load_package

    kind = TYPES[working.precision]
    with TemporaryDirectory() as folder, hushed():
        path = Path(folder) / "network.pt2"
        path.write_bytes(content)
        run: Any = aoti_load_package(str(path))

    def scores(images: Tensor) -> Tensor:
        with torch.inference_mode(), threads(working.threads):
            found: Tensor = run(images.to(kind).contiguous())
            return found.float()

    return Pieces(working.shape[0], lambda: scores, 1)


COMPILE = Engine("compile", ("float32", "bfloat16"), (), no_compiler, convert, start, "pt2", bound=True)
