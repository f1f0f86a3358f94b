import numpy as np

from svertka import ops
from svertka.data.spheres.rings import ring_functions, spectrum_of, waves_of
from svertka.geometry import sphere_grid, sphere_weights

RNG = np.random.default_rng(0)


def test_waves_are_the_signal_along_a_ring():
    b, beta, alpha = 7, np.array([0.0, 0.3, 1.7, np.pi]), np.linspace(0, 6, 11)
    x = RNG.normal(size=(2, 2 * b, 2 * b))
    waves = waves_of(ops.sphere_fft(x), ring_functions(b, beta))
    turning = np.exp(1j * np.arange(b)[:, None] * alpha)
    found = np.einsum("nmr,ma->nra", waves, turning).real
    np.testing.assert_allclose(found, ops.sample(x, beta[:, None], alpha), atol=1e-12)


def test_weighted_waves_give_the_spectrum():
    b = 6
    x = ops.sphere_ifft(RNG.normal(size=(3, b**2)))
    beta, _ = sphere_grid(b)
    functions = ring_functions(b, beta)
    weights = 2 * b * sphere_weights(b)
    waves = np.fft.fft(x, axis=-1)[..., :b].swapaxes(1, 2) * np.where(np.arange(b), 2, 1)[:, None] / (2 * b)
    np.testing.assert_allclose(spectrum_of(weights * waves, functions), ops.sphere_fft(x), atol=1e-14)


def test_one_is_the_adjoint_of_the_other():
    b, rings = 5, 4
    functions = ring_functions(b, RNG.uniform(0, np.pi, rings))
    spectrum = RNG.normal(size=(1, b**2))
    waves = RNG.normal(size=(1, b, rings)) + 1j * RNG.normal(size=(1, b, rings))
    waves[:, 0] = waves[:, 0].real
    factors = np.repeat(2 * np.arange(b) + 1, 2 * np.arange(b) + 1)
    halves = np.where(np.arange(b), 0.5, 1)[:, None]
    there = (waves_of(spectrum, functions).conj() * waves * halves).real.sum()
    np.testing.assert_allclose(there, (factors * spectrum * spectrum_of(waves, functions)).sum())
