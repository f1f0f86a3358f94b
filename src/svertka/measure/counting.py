"""What a network costs: parameters, multiply-adds and activations, layer by layer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import nn

from svertka.geometry import sides
from svertka.measure.sizes import check_sizes
from svertka.measure.walking import Visit, walk
from svertka.nn import Space
from svertka.zoo import Variant, find


@dataclass(frozen=True)
class LayerCost:
    """The price of one layer for one image."""

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    macs: int
    activations: int


@dataclass(frozen=True)
class Cost:
    """The price of one image: `macs` are multiply-adds, one multiplication with its addition counted once.

    `activations` are the values that convolutions and linear layers put out (Radosavović et al., arXiv:2003.13678).
    """

    name: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    macs: int
    activations: int
    layers: tuple[LayerCost, ...]


def cost(
    variant: str | Variant,
    *,
    size: int | str | Sequence[int] | None = None,
    classes: int | None = None,
    channels: int | None = None,
    space: Space | None = None,
) -> Cost:
    """Count what one image costs, without computing anything.

    Args:
        variant: a name on the list, as `"resnet18"`.
        size: the image's side, or each of its sizes; as published by default.
        classes: as in `build`.
        channels: as in `build`.
        space: as in `build`.

    Raises:
        UnknownName: no network is called so.
        ShapeError: the image is too small; the message names the layer and the smallest size that works.
    """
    variant = find(variant) if isinstance(variant, str) else variant
    channels = variant.sample[0] if channels is None else channels
    space = space or variant.space
    sizes = sides(variant.sample[1:] if size is None else size, space.rank)
    with torch.device("meta"):
        network = variant.build(classes=classes, channels=channels, space=space, **variant.bound_to(sizes)).eval()
    check_sizes(network, channels, sizes)
    return count(network, channels, sizes, name=variant.name)


def count(network: nn.Module, channels: int, sizes: Sequence[int], *, name: str = "network") -> Cost:
    """What one image `(channels, *sizes)` costs in this network."""
    visits = walk(network, channels, sizes)
    layers = tuple(_priced(visit) for visit in visits if not list(visit.layer.children()))
    return Cost(
        name=name,
        input=(channels, *sizes),
        output=visits[-1].shape_out,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        macs=sum(layer.macs for layer in layers),
        activations=sum(layer.activations for layer in layers),
        layers=layers,
    )


def _priced(visit: Visit) -> LayerCost:
    weight = getattr(visit.layer, "weight", None)
    products = weight[0].numel() if weight is not None and weight.dim() > 1 else 0
    values = prod(visit.shape_out)
    return LayerCost(
        name=visit.name,
        kind=type(visit.layer).__name__,
        output=visit.shape_out,
        parameters=_numbers(visit.layer.parameters()),
        macs=values * products,
        activations=values if products else 0,
    )


def _numbers(parameters: Iterable[nn.Parameter]) -> int:
    return sum(parameter.numel() for parameter in parameters)
