"""Effective receptive fields: how much each sample of the image really moves the middle of a layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from svertka.errors import ShapeError, UnknownName

IMAGES = 16


def effective_field(
    network: nn.Module, channels: int, sizes: Sequence[int], *, layer: str = "body", images: int = IMAGES, seed: int = 0
) -> NDArray[np.float64]:
    """The mean absolute gradient of the middle place of a layer with respect to every sample of the image, `(*sizes)`.

    The mean is over channels and over images of noise; the sum is 1. Luo et al., arXiv:1701.04128, section 3.

    Raises:
        UnknownName: there is no such layer.
        ShapeError: it has no places, as behind a linear layer.
    """
    modules = dict(network.named_modules())
    if layer not in modules:
        raise UnknownName("layer", layer, modules)
    caught: list[Tensor] = []
    handle = modules[layer].register_forward_hook(lambda module, inputs, out: caught.append(out))
    generator = torch.Generator().manual_seed(seed)
    total = np.zeros(tuple(sizes))
    try:
        for _ in range(images):
            image = torch.randn(1, channels, *sizes, generator=generator, requires_grad=True)
            caught.clear()
            network.eval()(image)
            total += _moved(image, caught[0], layer)
    finally:
        handle.remove()
    return np.asarray(total / max(total.sum(), np.finfo(float).tiny))


def width(field: NDArray[np.float64]) -> tuple[float, ...]:
    """How wide a field is along each axis: four deviations of its weight, within which a Gaussian has 95%."""
    found = []
    for axis in range(field.ndim):
        weights = field.sum(axis=tuple(other for other in range(field.ndim) if other != axis))
        places = np.arange(len(weights))
        mean = (weights * places).sum()
        found.append(float(4 * np.sqrt((weights * (places - mean) ** 2).sum())))
    return tuple(found)


def _moved(image: Tensor, features: Tensor, layer: str) -> NDArray[np.float64]:
    if features.dim() != image.dim():
        raise ShapeError(f"layer {layer} has no places: it puts out {tuple(features.shape[1:])}")
    middle: tuple[Any, ...] = (..., *[size // 2 for size in features.shape[2:]])
    (gradient,) = torch.autograd.grad(features[middle].sum(), image)
    return np.asarray(gradient.abs().mean(dim=(0, 1)).double().numpy())
