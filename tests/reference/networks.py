"""Networks without numbers, to be counted and measured."""

import torch

from svertka.measure.walking import walk
from svertka.zoo import find


def bare(name, **changes):
    """A network on the meta device."""
    with torch.device("meta"):
        return find(name).build(**changes)


def layers(name, kind, **changes):
    """Its layers of a kind, by their names."""
    return {key: layer for key, layer in bare(name, **changes).named_modules() if isinstance(layer, kind)}


def maps(name, kind):
    """The shapes that its layers of a kind put out for an image of the published size, by their names."""
    channels, *sizes = find(name).sample
    return {visit.name: visit.shape_out for visit in walk(bare(name), channels, sizes) if isinstance(visit.layer, kind)}


def weights(module, *, but="nothing"):
    """How many numbers it learns, but for those whose names begin so."""
    return sum(value.numel() for name, value in module.named_parameters() if not name.startswith(but))
