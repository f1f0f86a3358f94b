"""Turning spherical images as they are sampled, quickly, without ringing; `ops.rotate` turns what is band-limited."""

from hashlib import blake2b

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from svertka.data.rasters import Pixels
from svertka.geometry import about_z, random_rotations, rotation_matrix, sphere_directions

Array = NDArray[np.float64]


def own_turn(seed: int, key: str) -> Array:
    """The rotation `(3, 3)` that a sample of this name has by this seed; none is preferred."""
    words = np.frombuffer(blake2b(key.encode(), digest_size=16).digest(), np.uint32)
    return np.asarray(rotation_matrix(*random_rotations(1, np.random.default_rng([seed, *words.tolist()])))[0])


def random_turns(count: int, degrees: float, rng: np.random.Generator) -> Array:
    """Rotations `(count, 3, 3)` about random axes by up to so many degrees; from 180 on none is preferred."""
    if degrees >= 180:
        return np.asarray(rotation_matrix(*random_rotations(count, rng)))
    towards = rotation_matrix(*random_rotations(count, rng))
    angles = np.radians(rng.uniform(-degrees, degrees, count))
    return np.asarray(towards @ about_z(angles) @ np.swapaxes(towards, -1, -2))


def turned(images: Pixels, turns: Array) -> Pixels:
    """Ready images, each turned by its rotation; what is uint8 stays so.

    Args:
        images: `(..., channels, 2b, 2b)`.
        turns: `(..., 3, 3)`.
    """
    flat = torch.from_numpy(np.require(images, np.float32, ["C", "W"])).reshape(-1, *images.shape[-3:])
    found = spun(flat, turns.reshape(-1, 3, 3)).reshape(images.shape)
    return np.asarray((found.round().to(torch.uint8) if images.dtype == np.uint8 else found).numpy())


def spun(images: Tensor, turns: Array) -> Tensor:
    """Images `(batch, channels, 2b, 2b)`, turned: at `x` they show what was at `R⁻¹x`, linearly interpolated."""
    b = images.shape[-1] // 2
    points = sphere_directions(b) @ turns[:, None]
    beta = np.arccos(np.clip(points[..., 2], -1, 1))
    alpha = np.arctan2(points[..., 1], points[..., 0]) % (2 * np.pi)
    columns, rows = alpha * b / np.pi, beta * 2 * b / np.pi + 0.5  # a row is put before the first
    grid = np.stack([columns / b - 1, rows * 2 / (2 * b + 1) - 1], axis=-1)
    places = torch.from_numpy(grid).to(images)
    return F.grid_sample(_closed(images), places, padding_mode="border", align_corners=True)


def _closed(images: Tensor) -> Tensor:
    """With the first column again behind the last, and beyond each pole the row that lies there, `(2b + 2, 2b + 1)`."""
    b = images.shape[-1] // 2
    north, south = images[..., :1, :].roll(b, -1), images[..., -1:, :].roll(b, -1)
    whole = torch.cat([north, images, south], dim=-2)
    return torch.cat([whole, whole[..., :1]], dim=-1)
