"""Where numbers went bad."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def first_bad_layer(network: nn.Module, images: Tensor) -> str:
    """The first layer whose weights or output hold NaN or infinity for these images, in words."""
    if not bool(images.isfinite().all()):
        return "the images themselves"
    for name, weight in network.named_parameters():
        if not bool(weight.isfinite().all()):
            return f"the weights of layer {name.rpartition('.')[0]}"
    found: list[str] = []
    hooks = [
        layer.register_forward_hook(_noting(name, found))
        for name, layer in network.named_modules()
        if not list(layer.children())
    ]
    try:
        with torch.no_grad():
            network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return f"the output of layer {found[0]}" if found else "the loss, after finite scores"


def _noting(name: str, found: list[str]) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def hook(layer: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
        if not bool(out.isfinite().all()):
            found.append(name)

    return hook
