"""Pooling to a size that is asked for, down to one number for each channel."""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from svertka.errors import ShapeError
from svertka.reference.axes import Array, Each, batch_of_images, each, like

Region = tuple[slice, ...]


def adaptive_average_pool(image: ArrayLike, sizes: Each) -> Array:
    """Means over regions that cut images `(batch, channels, *sizes)` into so many on each axis.

    Region `i` of `m` on an axis of `n` samples runs from `⌊i n / m⌋` to `⌈(i + 1) n / m⌉`, which is left out; where
    `m` does not divide `n`, neighbours share a sample.

    Raises:
        SettingError: sizes that are no positive integers.
        ShapeError: an image without samples.
    """
    return _over_regions(image, sizes, np.mean)


def adaptive_average_pool_backward(gradient: ArrayLike, image: ArrayLike, sizes: Each) -> Array:
    """The gradient of `adaptive_average_pool`: every region shares its own out evenly, `Σ g[i] / |region i|`."""
    images = batch_of_images(image)
    wanted = each(sizes, images.ndim - 2, "sizes")
    g = like(gradient, (*images.shape[:2], *wanted))
    found = np.zeros_like(images)
    for place, region in _regions(images, wanted):
        count = np.prod([part.stop - part.start for part in region])
        found[:, :, *region] += g[:, :, *place] / count
    return found


def adaptive_max_pool(image: ArrayLike, sizes: Each) -> Array:
    """The largest sample of each of the regions of `adaptive_average_pool`."""
    return _over_regions(image, sizes, np.max)


def adaptive_max_pool_backward(gradient: ArrayLike, image: ArrayLike, sizes: Each) -> Array:
    """The gradient of `adaptive_max_pool`: each region sends its own to its maximum, the first among equals."""
    images = batch_of_images(image)
    wanted = each(sizes, images.ndim - 2, "sizes")
    g = like(gradient, (*images.shape[:2], *wanted))
    found = np.zeros_like(images)
    for place, region in _regions(images, wanted):
        samples = images[:, :, *region]
        flat = samples.reshape(*g.shape[:2], -1)
        wins = (np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]).reshape(samples.shape)
        found[:, :, *region] += wins * g[:, :, *place]
    return found


def global_average_pool(image: ArrayLike) -> Array:
    """The mean of each channel, `(batch, channels, 1, ...)`: what an image is about, whatever its size."""
    return adaptive_average_pool(image, 1)


def global_average_pool_backward(gradient: ArrayLike, image: ArrayLike) -> Array:
    """The gradient of `global_average_pool`: all `N` samples of a channel get `g / N`."""
    return adaptive_average_pool_backward(gradient, image, 1)


def global_max_pool(image: ArrayLike) -> Array:
    """The largest sample of each channel, `(batch, channels, 1, ...)`."""
    return adaptive_max_pool(image, 1)


def global_max_pool_backward(gradient: ArrayLike, image: ArrayLike) -> Array:
    """The gradient of `global_max_pool`: the position of the maximum gets all of it."""
    return adaptive_max_pool_backward(gradient, image, 1)


def _over_regions(image: ArrayLike, sizes: Each, summary: Callable[..., Array]) -> Array:
    images = batch_of_images(image)
    wanted = each(sizes, images.ndim - 2, "sizes")
    out = np.empty((*images.shape[:2], *wanted))
    for place, region in _regions(images, wanted):
        out[:, :, *place] = summary(images[:, :, *region], axis=tuple(range(2, images.ndim)), keepdims=True)
    return out


def _regions(image: Array, sizes: tuple[int, ...]) -> Iterator[tuple[Region, Region]]:
    """Each place of the output, one sample large, with the region of the image that it answers for."""
    if 0 in image.shape[2:]:
        raise ShapeError(f"images of shape {image.shape} have no samples to pool")
    for place in product(*map(range, sizes)):
        axes = zip(place, image.shape[2:], sizes, strict=True)
        region = tuple(slice(i * n // m, -(-(i + 1) * n // m)) for i, n, m in axes)
        yield tuple(slice(i, i + 1) for i in place), region
