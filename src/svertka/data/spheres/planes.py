"""Planar images on the northern hemisphere, as Cohen et al. 2018 (arXiv:1801.10130, section 5.2) made spherical MNIST.

The plane of the image meets the sphere by stereographic projection from the south pole: its middle comes to lie on the
north pole, and its inscribed circle on the equator.
"""

from math import ceil, pi

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from svertka.data.rasters import Pixels
from svertka.data.resample import resampled
from svertka.geometry import sphere_directions

Array = NDArray[np.float64]


def from_plane(pixels: Pixels, b: int, turns: Array | None = None) -> Pixels:
    """Images on the northern hemisphere, and nothing on the southern one.

    Turned by `R`, an image shows at a point `x` what it showed at `R⁻¹x`. Values between pixels are interpolated
    linearly; of an image that is no square, the middle square is taken; one much finer than the grid is made coarser
    first, without aliasing.

    Args:
        pixels: `(..., channels, height, width)`.
        b: the bandwidth.
        turns: a rotation for each image, `(..., 3, 3)`; by default none is turned.

    Returns:
        `(..., channels, 2b, 2b)`, uint8 where the images are, else float32.
    """
    pixels = _coarse(pixels, b)
    points = sphere_directions(b) if turns is None else sphere_directions(b) @ turns[..., None, :, :]
    flat = torch.from_numpy(np.require(pixels, np.float32, ["C", "W"])).reshape(-1, *pixels.shape[-3:])
    grid = _places(points, pixels.shape[-2:])
    grid = grid.reshape(-1, *grid.shape[-3:]).expand(len(flat), -1, -1, -1)
    north = torch.from_numpy(points[..., 2] > 0).reshape(-1, 1, 2 * b, 2 * b)
    values = F.grid_sample(flat, grid, padding_mode="zeros", align_corners=True) * north
    found = values.reshape(*pixels.shape[:-2], 2 * b, 2 * b)
    return np.asarray((found.round().to(torch.uint8) if pixels.dtype == np.uint8 else found).numpy())


def _places(points: Array, sizes: tuple[int, ...]) -> torch.Tensor:
    """Where directions lie in the plane, in torch's coordinates: pixels' centres from -1 to 1 along each axis."""
    plane = points[..., :2] / (1 + np.maximum(points[..., 2:], 0))
    height, width = (max(size - 1, 1) for size in sizes)
    return torch.from_numpy((plane * min(height, width) / [width, height]).astype(np.float32))


def _coarse(pixels: Pixels, b: int) -> Pixels:
    """At most as many pixels along the shorter side as the grid has at the pole, where it is finest: `8b / π`."""
    sizes, most = pixels.shape[-2:], ceil(8 * b / pi)
    shrink = most / min(sizes)
    return pixels if shrink >= 1 else resampled(pixels, [max(most, round(size * shrink)) for size in sizes])
