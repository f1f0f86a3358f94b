"""Reading an image between its pixels, spelled out: linear, in pixels, with the border repeated."""

from itertools import product

import numpy as np


def read(image, places):
    """Values of `image` `(channels, *sizes)` at `places` `(..., rank)`, in pixels from the centre of the first."""
    sizes = np.array(image.shape[1:])
    places = np.clip(places, 0, sizes - 1)
    low = np.minimum(np.floor(places).astype(int), np.maximum(sizes - 2, 0))
    share = places - low
    total = 0
    for corner in product((0, 1), repeat=len(sizes)):
        weight = np.prod([share[..., axis] if up else 1 - share[..., axis] for axis, up in enumerate(corner)], axis=0)
        index = tuple(np.minimum(low[..., axis] + up, sizes[axis] - 1) for axis, up in enumerate(corner))
        total = total + weight * image[(slice(None), *index)]
    return total


def centred(sizes):
    """Places `(*sizes, rank)` in pixels from the middle of an image."""
    axes = [np.arange(size) - (size - 1) / 2 for size in sizes]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
