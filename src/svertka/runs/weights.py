"""Weights on the disk, as safetensors, with a digest that shows damage."""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from svertka.errors import RunError
from svertka.runs.atomic import write

DIGEST = "digest"  # the only key: safetensors writes several in a different order every time


def write_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights; equal ones give equal files, byte by byte.

    Raises:
        RunError: the file cannot be written.
    """
    plain = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    write(path, save(plain, {DIGEST: digest(plain)}))


def read_weights(path: Path) -> dict[str, Tensor]:
    """The weights in a file.

    Raises:
        RunError: it is missing or damaged.
    """
    if not path.exists():
        raise RunError(f"{path.parent} has no {path.name}: its training has not finished an epoch; go on with resume")
    try:
        with safe_open(path, framework="pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
            written = (file.metadata() or {}).get(DIGEST)
    except (SafetensorError, OSError) as error:
        raise RunError(f"{path} is damaged: {error}") from None
    if written is not None and written != digest(weights):
        raise RunError(f"{path} is damaged: its weights are not those that were written")
    return weights


def written_digest(path: Path) -> str:
    """The digest that was written with the weights; nothing where there are none, or they are damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            return str((file.metadata() or {}).get(DIGEST, ""))
    except (SafetensorError, OSError):
        return ""


def digest(weights: Mapping[str, Tensor]) -> str:
    """Letters that tell these weights from any others."""
    state = blake2b(digest_size=16)
    for name in sorted(weights):
        value = weights[name]
        state.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        state.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return state.hexdigest()
