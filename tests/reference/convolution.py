"""Convolution as networks mean it, spelled out: every output a sum of products, in 64 bits."""

from itertools import product

import numpy as np


def correlate(images, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    """`y[b, o, n] = Σ x[b, c, S n + D k − P] w[o, c, k]` for images `(batch, channels, *sizes)` of any rank.

    Settings are one number for all axes. Groups share the channels out in order.
    """
    rank, kernel = weight.ndim - 2, weight.shape[2:]
    padded = np.pad(np.asarray(images, float), [(0, 0)] * 2 + [(padding, padding)] * rank)
    sizes = [(n - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(padded.shape[2:], kernel, strict=True)]
    cout, cin = weight.shape[0], weight.shape[1]
    out = np.zeros((len(images), cout, *sizes))
    for channel in range(cout):
        first = channel // (cout // groups) * cin
        for place in product(*map(range, sizes)):
            window = tuple(
                slice(stride * n, stride * n + dilation * (k - 1) + 1, dilation)
                for n, k in zip(place, kernel, strict=True)
            )
            patch = padded[(slice(None), slice(first, first + cin), *window)]
            out[(slice(None), channel, *place)] = (patch * weight[channel]).sum(axis=tuple(range(1, rank + 2)))
    return out if bias is None else out + np.reshape(bias, (1, -1, *[1] * rank))
