"""The files that other programs can run: how each is written, and how it is run to be compared."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.export import ExportedProgram

from svertka.engines import Scores, exchange
from svertka.engines.hushed import hushed
from svertka.errors import MissingExtra, SettingError

Names = tuple[str, str]
NOTES = "svertka.json"


@dataclass(frozen=True)
class Format:
    """One kind of file, by its ending; `packages` are what writing and running it need."""

    ending: str
    packages: tuple[str, ...]
    write: Callable[[ExportedProgram, Path, Names, Mapping[str, str]], None]
    run: Callable[[Path], Scores]


def format_of(path: Path) -> Format:
    """The format that the ending of a file says.

    Raises:
        SettingError: no format ends so.
        MissingExtra: what it needs is not installed.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise SettingError(f"{path.name} says no format; let it end in {', '.join(FORMATS)}")
    found = FORMATS[ending]
    if found.packages and exchange.missing(*found.packages):
        raise MissingExtra(ending, exchange.missing(*found.packages), exchange.EXTRA)
    return found


def write_onnx(program: ExportedProgram, path: Path, names: Names, notes: Mapping[str, str]) -> None:
    """One file, weights and all; the notes are its metadata."""
    path.write_bytes(exchange.as_onnx(program, names=names, notes=notes))


def run_onnx(path: Path) -> Scores:
    """By ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: torch.from_numpy(session.run(None, {name: images.numpy()})[0])


def write_openvino(program: ExportedProgram, path: Path, names: Names, notes: Mapping[str, str]) -> None:
    """The network, and beside it its weights, which are not rounded to 16 bits; the notes are its `rt_info`."""
    import openvino

    model = openvino.Core().read_model(exchange.as_onnx(program, names=names))
    for name, value in notes.items():
        model.set_rt_info(value, ["svertka", name])
    openvino.save_model(model, path, compress_to_fp16=False)


def run_openvino(path: Path) -> Scores:
    """By OpenVINO, in float32."""
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda images: torch.from_numpy(compiled(images.numpy())[0].copy())


def write_torch(program: ExportedProgram, path: Path, names: Names, notes: Mapping[str, str]) -> None:
    """Torch's own; the notes are an extra file in it."""
    with hushed():
        torch.export.save(program, path, extra_files={NOTES: json.dumps(notes)})


def run_torch(path: Path) -> Scores:
    """By torch."""
    with hushed():
        network = torch.export.load(path).module()

    def scores(images: Tensor) -> Tensor:
        with torch.inference_mode():
            found: Tensor = network(images)
            return found

    return scores


FORMATS = {
    each.ending: each
    for each in (
        Format(".onnx", ("onnxruntime",), write_onnx, run_onnx),
        Format(".xml", ("openvino",), write_openvino, run_openvino),
        Format(".pt2", (), write_torch, run_torch),
    )
}
