"""A network with cheaper layers in the place of its dear ones."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from svertka.factoring.choosing import Choice, Skipped, choices
from svertka.measure import Cost, count
from svertka.nn import Factor, pair_for
from svertka.ops import pair
from svertka.settings import FactorSettings


@dataclass(frozen=True)
class Factored:
    """The network, what became of each layer, and what one image costs before and after."""

    network: nn.Module
    layers: tuple[Choice, ...]
    skipped: tuple[Skipped, ...]
    before: Cost
    after: Cost

    @property
    def factors(self) -> dict[str, Factor]:
        """How each layer was made, by its name."""
        return {each.name: each.factor for each in self.layers}


def factored(
    network: nn.Module,
    channels: int,
    sizes: Sequence[int],
    *,
    settings: FactorSettings | None = None,
    **changes: object,
) -> Factored:
    """A copy of a network in which pairs of cheap layers stand for dear ones, each the nearest of its kind and rank.

    Only layers are chosen that cost fewer multiply-adds so. What stands between layers stays, and so do all names: a
    layer `body.0` becomes `body.0.0` and `body.0.1`.

    Args:
        network: of convolutions on signals, planes or volumes, and linear layers; on any device.
        channels: of an image.
        sizes: of an image.
        settings: the choices of `FactorSettings`; each may also be given by name.
        **changes: choices by name, as in `kind="depthwise", rank=1`.

    Raises:
        SettingError: no layer can be factored so, or the choices contradict each other.
        UnknownName: no layer or no choice is called so.
        ShapeError: the image is too small for the network.
    """
    chosen, skipped = choices(network, channels, sizes, (settings or FactorSettings()).but(**changes))
    made = deepcopy(network)
    layers = []
    for each in chosen:
        two, error = paired(made.get_submodule(each.name), each.factor)
        made.set_submodule(each.name, two)
        layers.append(replace(each, error=error))
    before, after = count(network, channels, sizes), count(made, channels, sizes)
    return Factored(made, tuple(layers), tuple(skipped), before, after)


def paired(layer: nn.Module, factor: Factor) -> tuple[nn.Sequential, float]:
    """The nearest pair for one layer, with its weights, and their relative error.

    Raises:
        ShapeError: there is no such pair.
    """
    two, plain = pair_for(layer, factor), _open(layer)
    found = pair(plain.weight, factor.kind, factor.rank, groups=getattr(layer, "groups", 1))
    weights = {"0.weight": found.first, "1.weight": found.second}
    two.load_state_dict(weights if plain.bias is None else {**weights, "1.bias": plain.bias})
    return two.train(layer.training), found.relative_error


def _open(layer: nn.Module) -> Any:
    """The layer as what it is: torch has no common type for those with weights."""
    return layer
