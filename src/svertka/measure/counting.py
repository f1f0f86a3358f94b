"""What a network costs: parameters, multiply-adds, activations, memory and sight, layer by layer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import nn

from svertka.geometry import sides
from svertka.measure.fields import Field, fields
from svertka.measure.memory import learning, predicting
from svertka.measure.sizes import check_sizes
from svertka.measure.spherical import products
from svertka.measure.walking import Visit, walk
from svertka.nn import RotationConv, Space, SphereConv, ZonalConv
from svertka.zoo import Variant, find

FLOAT = 4  # bytes


@dataclass(frozen=True)
class LayerCost:
    """The price of one layer for one image.

    `bytes` is what it moves when it reads its input and its weights and writes its output once, in float32, and
    `intensity` how many operations (two for a multiply-add) it does for each of them; Williams et al. (2009).
    """

    name: str
    kind: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    macs: int
    activations: int
    bytes: int
    intensity: float
    field: Field | None


@dataclass(frozen=True)
class Memory:
    """Bytes that live at most at once for one image, in float32; see `svertka.measure.memory`."""

    prediction: int
    training: int


@dataclass(frozen=True)
class Cost:
    """The price of one image: `macs` are multiply-adds, one multiplication with its addition counted once.

    `activations` are the values that convolutions and linear layers put out (Radosavović et al., arXiv:2003.13678).
    `bytes` and `intensity` are those of all layers together; `field` is the receptive field of the last features that
    do not see the whole image by a mean or a linear layer, and `memory` is there where it was asked for.
    """

    name: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    macs: int
    activations: int
    bytes: int
    intensity: float
    field: Field | None
    memory: Memory | None
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
    return _counted(variant, size, classes, channels, space or variant.space, sight=True)


def count_variant(variant: Variant) -> Cost:
    """What one image of the published size costs, without what layers see and how much memory they need."""
    return _counted(variant, None, None, None, variant.space, sight=False)


def macs_of(variant: Variant) -> int:
    """The multiply-adds for one image of the published size: as they are on the list, else counted."""
    return count_variant(variant).macs if variant.macs is None else variant.macs


def _counted(
    variant: Variant,
    size: int | str | Sequence[int] | None,
    classes: int | None,
    channels: int | None,
    space: Space,
    *,
    sight: bool,
) -> Cost:
    channels = variant.sample[0] if channels is None else channels
    sizes = sides(variant.sample[1:] if size is None else size, space.rank)
    with torch.device("meta"):
        network = variant.build(classes=classes, channels=channels, space=space, **variant.bound_to(sizes)).eval()
    check_sizes(network, channels, sizes)
    return count(network, channels, sizes, name=variant.name, sight=sight)


def count(
    network: nn.Module, channels: int, sizes: Sequence[int], *, name: str = "network", sight: bool = False
) -> Cost:
    """What one image `(channels, *sizes)` costs in this network; with `sight`, what each layer sees and all need."""
    visits = walk(network, channels, sizes)
    seen = fields(network, channels, sizes) if sight else {}
    layers = tuple(_priced(visit, seen.get(visit.name)) for visit in visits if not list(visit.layer.children()))
    macs, moved = sum(layer.macs for layer in layers), sum(layer.bytes for layer in layers)
    return Cost(
        name=name,
        input=(channels, *sizes),
        output=visits[-1].shape_out,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        macs=macs,
        activations=sum(layer.activations for layer in layers),
        bytes=moved,
        intensity=2 * macs / moved,
        field=next((layer.field for layer in reversed(layers) if layer.field and not layer.field.whole), None),
        memory=Memory(predicting(network, channels, sizes), learning(network, channels, sizes)) if sight else None,
        layers=layers,
    )


def _priced(visit: Visit, field: Field | None) -> LayerCost:
    macs, values = visit.times * _products(visit), visit.times * prod(visit.shape_out)
    parameters = _numbers(visit.layer.parameters())
    moved = FLOAT * (visit.times * prod(visit.shape_in) + values + parameters)
    return LayerCost(
        name=visit.name,
        kind=type(visit.layer).__name__,
        input=visit.shape_in,
        output=visit.shape_out,
        parameters=parameters,
        macs=macs,
        activations=values if macs else 0,
        bytes=moved,
        intensity=2 * macs / moved,
        field=field,
    )


def _products(visit: Visit) -> int:
    """A kernel for each output, or each input of a transposed convolution; on the sphere by formula."""
    if isinstance(visit.layer, SphereConv | RotationConv | ZonalConv):
        return products(visit.layer)
    weight = getattr(visit.layer, "weight", None)
    if weight is None or weight.dim() < 2 or isinstance(visit.layer, nn.Embedding):
        return 0
    spreads = getattr(visit.layer, "transposed", False)
    return int(prod(visit.shape_in if spreads else visit.shape_out) * weight[0].numel())


def _numbers(parameters: Iterable[nn.Parameter]) -> int:
    return sum(parameter.numel() for parameter in parameters)
