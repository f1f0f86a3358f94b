"""The baseline that our spherical layers are timed against is right: it agrees with the direct sums of the oracle."""

import numpy as np
import pytest
import textbook
import torch

from svertka import reference

POLE = np.array([[0.2, 0.0], [0.2, 2.1], [0.4, 4.0]])
IDENTITY = np.array([[0.2, 0.0, 0.3], [0.3, 2.1, -2.0], [0.1, 4.0, 1.0]])


def deltas(points, b, analysed):
    """Filters of bandwidth `b` that integrate to a signal's value at each point: all `(2l + 1) D^l` there, summed."""
    columns = [*points.T, *[0.0] * (3 - points.shape[1])]
    spectra = [reference.wigner_matrix(l, columns[1], columns[0], columns[2]) for l in range(b)]
    return spectra if analysed == 3 else [one[..., l] for l, one in enumerate(spectra)]


def test_a_layer_on_the_sphere_is_the_oracles_correlation():
    layer = textbook.SphereLayer(2, 3, 3, 3, POLE)
    x = np.random.default_rng(0).normal(size=(2, 2, 6, 6))
    kernel = layer.kernel.detach().double().numpy() * layer.scale
    spectra = [np.einsum("iop,pm->oim", kernel, one) for one in deltas(POLE, 3, 2)]
    wanted = reference.s2_correlate(x, np.stack(reference.s2_synthesise(spectra).real))
    found = layer(torch.from_numpy(x).float()).detach().numpy()
    np.testing.assert_allclose(found, wanted, atol=2e-6)


def test_a_layer_on_rotations_is_the_oracles_correlation():
    layer = textbook.RotationLayer(2, 3, 2, 2, IDENTITY)
    x = np.random.default_rng(0).normal(size=(2, 2, 4, 4, 4))
    kernel = layer.kernel.detach().double().numpy() * layer.scale
    spectra = [np.einsum("iop,pmn->oimn", kernel, one) for one in deltas(IDENTITY, 2, 3)]
    wanted = reference.so3_correlate(x, reference.so3_synthesise(spectra).real)
    found = layer(torch.from_numpy(x).float()).detach().numpy()
    np.testing.assert_allclose(found, wanted, atol=2e-6)


@pytest.mark.parametrize("transform", ["sphere_spectrum", "rotation_spectrum", "rotation_signal"])
def test_transforms_to_another_bandwidth_have_the_derivatives_of_finite_differences(transform):
    shapes = {"sphere_spectrum": (1, 2, 6, 6), "rotation_spectrum": (1, 2, 6, 6, 6), "rotation_signal": (10, 1, 2)}
    kind = torch.complex128 if transform == "rotation_signal" else torch.float64
    x = torch.randn(shapes[transform], dtype=kind, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: getattr(textbook, transform)(x, 2), x)
