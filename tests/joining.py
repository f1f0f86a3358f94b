"""A network run in tiles, and on the whole image."""

import numpy as np
import torch

from svertka.inference import tiled
from svertka.inference.tiles import ArraySink, ArraySource


def joined(network, x, tile, **more):
    """The result of one image `(channels, *sizes)` in tiles, as a tensor."""
    whole = whole_of(network, x)
    sink = ArraySink(whole.shape[0], tuple(whole.shape[1:]), whole.numpy().dtype)
    tiled(network, ArraySource(x.numpy()), sink, tile=tile, **more)
    return torch.from_numpy(sink.pixels)


def whole_of(network, x):
    """The same from the whole image."""
    with torch.no_grad():
        return network.eval()(x[None].clone())[0]  # some change what they are given


def assert_joins(network, x, tile, **more):
    """The joined tiles are the whole, to the rounding of doubles."""
    whole = whole_of(network, x)
    found = joined(network, x, tile, **more)
    assert whole.dtype == torch.float64
    assert np.isfinite(found.numpy()).all()
    torch.testing.assert_close(found, whole, rtol=0, atol=1e-12 * max(1.0, float(whole.abs().max())))


def image(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
