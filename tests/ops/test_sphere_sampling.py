import numpy as np
import pytest

from svertka import geometry, ops, reference

rng = np.random.default_rng(0)


def limited(*shape):
    return ops.sphere_ifft(ops.sphere_fft(rng.normal(size=shape)))


def test_at_the_grids_directions_samples_are_the_signals():
    x, (beta, alpha) = limited(2, 10, 10), geometry.sphere_grid(5)
    np.testing.assert_allclose(ops.sample(x, beta[:, None], alpha), x, atol=1e-13)


def test_where_the_pole_goes_is_the_value_of_the_signal_turned_back():
    x, angles = limited(8, 8), (0.7, 1.9, 0.0)
    turned = reference.s2_rotate(x, geometry.inverse(angles))
    pole = ops.sample(turned, 0.0, 0.0)
    np.testing.assert_allclose(ops.sample(x, angles[1], angles[0]), pole, atol=1e-13)


def test_a_plane_is_the_height_above_it_at_many_directions():
    beta, alpha = geometry.sphere_grid(3)
    x = np.sin(beta)[:, None] * np.cos(alpha)
    directions = rng.uniform(0, 3, size=(2, 5000))
    wanted = np.sin(directions[0]) * np.cos(directions[1])
    np.testing.assert_allclose(ops.sample(x, *directions), wanted, atol=1e-13)


@pytest.mark.parametrize(("space", "axes"), [("sphere", 2), ("rotations", 3)])
def test_degrees_share_out_the_mean_square_whichever_way_a_signal_is_turned(space, axes):
    x = rng.normal(size=(2, *[8] * axes))
    x = ops.rotate(x, (0.0, 0.0, 0.0), space)
    weights = geometry.sphere_weights(4) if axes == 2 else geometry.rotation_weights(4)
    energy = ops.power_spectrum(x, space)
    mean = (x.reshape(2, 8, -1) ** 2 * weights[:, None]).sum((1, 2))
    np.testing.assert_allclose(energy.sum(-1), mean, rtol=1e-12)
    np.testing.assert_allclose(ops.power_spectrum(ops.rotate(x, (1.0, 2.0, 3.0), space), space), energy, rtol=1e-11)
