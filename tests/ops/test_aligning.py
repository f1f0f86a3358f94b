import numpy as np
import pytest

from svertka import geometry, ops
from svertka.data.spheres.fields import field
from svertka.errors import DataError, ShapeError


def degrees_apart(first, second):
    return np.degrees(geometry.angle_between(first, second))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(16, 16), (3, 12, 12)])
def test_the_rotation_of_an_image_is_found(seed, shape):
    rng = np.random.default_rng(seed)
    image = rng.normal(size=shape)
    angles = tuple(angle[0] for angle in geometry.random_rotations(1, rng))
    assert degrees_apart(ops.align(image, ops.rotate(image, angles)), angles) < 1e-6


def test_noise_does_not_hide_the_rotation():
    rng = np.random.default_rng(0)
    image, angles = rng.normal(size=(32, 32)), (1.0, 0.7, -2.0)
    noisy = ops.rotate(image, angles) + 0.1 * rng.normal(size=(32, 32))
    assert degrees_apart(ops.align(image, noisy), angles) < 1


@pytest.mark.parametrize("variable", ["u", "z"])
def test_a_turned_field_of_weather_is_aligned_to_a_tenth_of_a_degree(variable, shared):
    image = field(shared / "eraint_uvz" / "eraint_uvz.nc", variable, month=1, level=200).sphere(64)
    angles = (2.1, 1.2, -0.6)
    assert degrees_apart(ops.align(image, ops.rotate(image, angles)), angles) < 0.1


def test_images_should_have_one_shape():
    with pytest.raises(ShapeError, match=r"should have one shape, not \(1, 4, 4\) and \(1, 6, 6\)"):
        ops.align(np.ones((4, 4)), np.ones((6, 6)))
    with pytest.raises(ShapeError, match=r"should be \(2b, 2b\) or \(channels, 2b, 2b\), not \(1, 1, 4, 4\)"):
        ops.align(np.ones((1, 1, 4, 4)), np.ones((1, 1, 4, 4)))


def test_images_should_be_finite_and_not_constant():
    with pytest.raises(DataError, match="should hold finite numbers"):
        ops.align(np.full((4, 4), np.nan), np.ones((4, 4)))
    with pytest.raises(DataError, match="one is constant"):
        ops.align(np.ones((4, 4)), np.ones((4, 4)))
