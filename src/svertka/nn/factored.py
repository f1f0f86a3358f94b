"""Two cheap layers in the place of a dear one: their structure, without weights.

`svertka.ops.pair` has the weights and the papers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from svertka.errors import ShapeError
from svertka.nn.initial import CONVOLUTIONS, TRANSPOSED
from svertka.nn.space import space_of
from svertka.ops.pairs import Kind, column, fault


@dataclass(frozen=True)
class Factor:
    """How a layer is made of two."""

    kind: Kind
    rank: int


def refactored(network: nn.Module, factors: Mapping[str, Factor]) -> nn.Module:
    """The network itself, with a fresh pair in the place of each layer that is named, one after another.

    A pair is a `Sequential`, so a layer `body.0` becomes `body.0.0` and `body.0.1`, which may be named in their turn.

    Raises:
        ShapeError: a layer is not there, or has no such pair.
    """
    for name, factor in factors.items():
        network.set_submodule(name, pair_for(found(network, name), factor))
    return network


def found(network: nn.Module, name: str) -> nn.Module:
    """The layer of this name.

    Raises:
        ShapeError: there is none.
    """
    try:
        return network.get_submodule(name)
    except AttributeError:
        raise ShapeError(f"the network has no layer {name}") from None


def why_not(layer: nn.Module, kind: Kind) -> str:
    """Why a layer has no pair of this kind; empty if it has."""
    if isinstance(layer, TRANSPOSED):
        return "a transposed convolution is left as it is"
    if type(layer) is nn.Linear:
        return fault((), layer.in_features, kind)
    if type(layer) not in CONVOLUTIONS:
        return f"{type(layer).__name__} is neither a convolution nor a linear layer"
    return fault(tuple(layer.kernel_size), layer.in_channels // layer.groups, kind)  # type: ignore[arg-type, operator]


def pair_for(layer: nn.Module, factor: Factor) -> nn.Sequential:
    """A fresh pair that takes and gives what the layer does; only the second has a bias, if the layer has one.

    Stride, padding, its kind and dilation go along each axis to the one that has the kernel there.

    Raises:
        ShapeError: the layer has no such pair.
    """
    if why := why_not(layer, factor.kind):
        raise ShapeError(f"no {factor.kind} pair: {why}")
    return _linear(layer, factor.rank) if isinstance(layer, nn.Linear) else _convolutions(layer, factor)


def _linear(layer: nn.Linear, rank: int) -> nn.Sequential:
    place = _place(layer)
    first = nn.Linear(layer.in_features, rank, bias=False, **place)
    return nn.Sequential(first, nn.Linear(rank, layer.out_features, layer.bias is not None, **place))


def _convolutions(layer: Any, factor: Factor) -> nn.Sequential:
    sizes, place = layer.kernel_size, _place(layer)
    axes = [column(sizes)] if factor.kind == "spatial" else range(len(sizes))
    rest = [axis for axis in range(len(sizes)) if axis not in axes]
    middle = factor.rank * (layer.in_channels if factor.kind == "depthwise" else layer.groups)
    groups = layer.in_channels if factor.kind == "depthwise" else layer.groups
    conv = space_of(len(sizes)).conv
    one = conv(layer.in_channels, middle, groups=groups, bias=False, **_window(layer, axes), **place)
    two = conv(
        middle, layer.out_channels, groups=layer.groups, bias=layer.bias is not None, **_window(layer, rest), **place
    )
    return nn.Sequential(one, two)


def _place(layer: Any) -> dict[str, Any]:
    return {"device": layer.weight.device, "dtype": layer.weight.dtype}


def _window(layer: Any, axes: Sequence[int]) -> dict[str, Any]:
    """The window of a layer along some axes, and a single sample along the others."""
    along = [axis in axes for axis in range(len(layer.kernel_size))]

    def only(values: Sequence[int], none: int) -> tuple[int, ...]:
        return tuple(value if mine else none for value, mine in zip(values, along, strict=True))

    padding = layer.padding if isinstance(layer.padding, str) else only(layer.padding, 0)
    return {
        "kernel_size": only(layer.kernel_size, 1), "stride": only(layer.stride, 1), "padding": padding,
        "dilation": only(layer.dilation, 1), "padding_mode": layer.padding_mode,
    }  # fmt: skip
