"""A classifier's answers for all patches of an image, one patch after another."""

from itertools import product

import torch


def at_every_place(network, x, patch):
    """Scores `(batch, classes, *places)`, where `places = sizes - patch + 1`."""
    places = [size - length + 1 for size, length in zip(x.shape[2:], patch, strict=True)]
    found = []
    with torch.no_grad():
        for begin in product(*map(range, places)):
            cut = [slice(start, start + length) for start, length in zip(begin, patch, strict=True)]
            found.append(network(x[(..., *cut)]).flatten(1))
    return torch.stack(found, dim=-1).unflatten(-1, places)
