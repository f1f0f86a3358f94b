"""Handwritten digits on the northern hemisphere, as they are or each turned by a rotation of its own.

As Cohen et al. 2018 (arXiv:1801.10130, section 5.2) made them: the plane of the image meets the sphere by stereographic
projection from the south pole, so its inscribed circle becomes the equator, and values between pixels are interpolated.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from svertka.data.datasets import DataSet, Origin, classified
from svertka.data.samples import Arrays
from svertka.geometry import random_rotations, rotation_matrix, sphere_grid

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]


def directions(b: int) -> Array:
    """The unit vectors of the grid of bandwidth `b`, `(2b, 2b, 3)`."""
    beta, alpha = sphere_grid(b)
    return np.asarray(rotation_matrix(alpha, beta[:, None], 0.0)[..., 2])


def wrapped(image: Bytes, points: Array) -> Bytes:
    """What an image on the northern hemisphere shows at these points; nothing on the southern one.

    Args:
        image: `(size, size)`, whose middle comes to lie on the pole.
        points: unit vectors, `(..., 3)`.
    """
    plane = points[..., :2] / (1 + np.maximum(points[..., 2:], 0))
    places = (plane[..., ::-1] + 1) / 2 * (len(image) - 1)
    values = map_coordinates(image.astype(np.float32), np.moveaxis(places, -1, 0), order=1, mode="constant")
    return np.where(points[..., 2] > 0, np.rint(values), 0).astype(np.uint8)


def on_sphere(images: Bytes, b: int, rng: np.random.Generator | None = None) -> Bytes:
    """Images `(count, size, size)` on the sphere, `(count, 2b, 2b)`, each turned at random where there is an `rng`.

    Turned by `R`, an image shows at a point `x` what it showed at `R⁻¹x`.
    """
    points = directions(b)
    if rng is None:
        return np.stack([wrapped(image, points) for image in images])
    turns = rotation_matrix(*random_rotations(len(images), rng))
    return np.stack([wrapped(image, points @ turn) for image, turn in zip(images, turns, strict=True)])


def spherical(digits: DataSet, b: int, name: str, rng: np.random.Generator | None = None) -> DataSet:
    """A data set of planar images as one of spherical images, with the same classes and parts."""
    everyone = np.arange(len(digits), dtype=np.intp)
    pixels = digits.samples.block(everyone)
    images = np.stack([digits.samples.read(int(i)).pixels for i in everyone]) if pixels is None else pixels
    samples = Arrays({name: on_sphere(images[:, 0], b, rng)}, "NHW")
    labels = [digits.classes[target] for target in digits.targets]
    return classified(Origin(name, "", "spheres made in Python", samples, list(digits.parts)), labels)
