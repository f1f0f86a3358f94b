"""Every window of an image at once, and the way back."""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from svertka.errors import ShapeError
from svertka.geometry import times
from svertka.reference.axes import Array


def windows(image: Array, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Array:
    """What a kernel sees at each of its places: `w[n, k] = x[S n + D k]` on every axis.

    Args:
        image: `(batch, channels, *sizes)`, padded already.
        kernel: its sizes.
        stride: steps between places.
        dilation: steps between the taps of the kernel.

    Returns:
        `(batch, channels, *places, *kernel)`, a view.

    Raises:
        ShapeError: the kernel is larger than the image.
    """
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(span > size for span, size in zip(spans, image.shape[2:], strict=True)):
        raise ShapeError(
            f"a kernel that spans {times(spans)} does not fit into an image of {times(image.shape[2:])}, padding "
            f"included; pad more or take a smaller kernel"
        )
    every: Array = sliding_window_view(image, spans, axis=tuple(range(2, image.ndim)))
    steps = [slice(None, None, step) for step in (*stride, *dilation)]
    return every[:, :, *steps]


def windows_backward(
    gradient: Array, sizes: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Array:
    """Give every sample of an image of these sizes what all windows say of it: `Σ_{S n + D k = i} g[n, k]`."""
    rank = len(kernel)
    image = np.zeros((*gradient.shape[:2], *sizes))
    places = gradient.shape[2 : 2 + rank]
    for tap in np.ndindex(*kernel):
        read = [slice(d * k, d * k + s * n, s) for k, d, s, n in zip(tap, dilation, stride, places, strict=True)]
        image[:, :, *read] += gradient[..., *tap]
    return image
