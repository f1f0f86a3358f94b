"""Networks as ONNX, the form in which ONNX Runtime and OpenVINO take them."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from svertka.engines.eager import check_convertible
from svertka.engines.hushed import hushed
from svertka.errors import MissingExtra

WRITERS = ("onnx", "onnxscript")
EXTRA = "engines"
SIZES = ("depth", "height", "width")
LEAST = 2  # images in an example, for with one torch would take the batch to be always of one


def lacking(*packages: str) -> str:
    """What is not installed of these and of what writes ONNX, and how to get it; nothing where all is there."""
    names = missing(*packages)
    return f"it needs {names}; run: pip install 'svertka[{EXTRA}]'" if names else ""


def missing(*packages: str) -> str:
    """The names of those that are not installed."""
    return " and ".join(name for name in (*packages, *WRITERS) if find_spec(name) is None)


def exported(network: nn.Module, example: Tensor, *, any_size: bool = True) -> ExportedProgram:
    """The network's operators for batches of any length, and with `any_size` for images of any size if it takes them.

    What is written for any size says how each layer's depends on it: of a deep network that takes long to read.

    Raises:
        SettingError: a layer cannot be written.
    """
    check_convertible(network)
    batch = example if len(example) >= LEAST else example.expand(LEAST, *example.shape[1:]).contiguous()
    free = range(2, example.dim()) if any_size and _takes_others(network, batch[:1]) else ()
    found = _exported(network, batch, free)
    return found if _unbounded(found) else _exported(network, batch, ())


def taken(program: ExportedProgram) -> tuple[int | str, ...]:
    """The shape of the images it takes; a name where any length will do."""
    (name,) = program.graph_signature.user_inputs
    (node,) = (node for node in program.graph.nodes if node.name == name)
    shape = node.meta["val"].shape
    names = ("batch", "channels", *SIZES[len(SIZES) + 2 - len(shape) :])
    return tuple(size if isinstance(size, int) else name for size, name in zip(shape, names, strict=True))


def _exported(network: nn.Module, batch: Tensor, free: Sequence[int]) -> ExportedProgram:
    config, shapes = import_module("torch.fx.experimental._config"), dict.fromkeys((0, *free), Dim.AUTO)
    # Otherwise a size that happens to become 1 somewhere would be taken to have to.
    with hushed(), torch.no_grad(), config.patch(backed_size_oblivious=True):
        return torch.export.export(network, (batch,), dynamic_shapes=(shapes,))


def _takes_others(network: nn.Module, image: Tensor) -> bool:
    """Whether the network answers to an image of twice the size, too; what the exporter believes is no proof."""
    try:
        with torch.no_grad():
            network(image.repeat(1, 1, *[2] * (image.dim() - 2)))
    except (RuntimeError, ValueError):  # as torch says it, and as we do
        return False
    return True


def _unbounded(program: ExportedProgram) -> bool:
    """Whether free sizes may be as large as one likes."""
    from torch.utils._sympy.numbers import int_oo  # with SymPy, which predictions do without

    return all(bounds.upper == int_oo for bounds in program.range_constraints.values())


def as_onnx(program: ExportedProgram, *, names: tuple[str, str], notes: Mapping[str, str] | None = None) -> bytes:
    """An ONNX file with all weights in it; `names` are those of what goes in and what comes out.

    Raises:
        MissingExtra: what writes ONNX is not installed.
    """
    if missing():
        raise MissingExtra("ONNX", missing(), EXTRA)
    with hushed(), torch.no_grad():
        made = torch.onnx.export(
            program, (), dynamo=True, verbose=False, input_names=[names[0]], output_names=[names[1]]
        )
    assert made is not None
    made.model.metadata_props.update(notes or {})
    content: bytes = made.model_proto.SerializeToString()
    return content
