import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import generators
from svertka import ops, reference
from svertka.errors import SettingError
from svertka.geometry import windows
from svertka.ops.exactness import Plan
from svertka.ops.sliding import Sliding
from svertka.ops.spectral import is_finite, tiled, work


@settings(max_examples=100, deadline=None)
@given(generators(), st.integers(1, 9), st.integers(1, 400), st.integers(1, 300))
def test_tiles_of_any_size_join_without_a_seam(rng, length, height, width):
    image, kernel = rng.standard_normal((1, 1, height, width)), rng.standard_normal((1, 1, length, 3))
    margin = (length, 1)
    wanted = torch.nn.functional.conv2d(torch.tensor(image), torch.tensor(kernel), padding=margin).numpy()
    found = ops.convolve(image, kernel, padding=margin, method="fft")
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-10)


def test_lines_and_volumes_are_tiled_too(rng):
    line, bank = rng.standard_normal((2, 3, 5000)), rng.standard_normal((4, 3, 33))
    wanted = torch.nn.functional.conv1d(torch.tensor(line), torch.tensor(bank)).numpy()
    np.testing.assert_allclose(ops.convolve(line, bank, method="fft"), wanted, rtol=1e-9, atol=1e-9)
    volume, kernel = rng.standard_normal((1, 1, 40, 50, 60)), rng.standard_normal((2, 1, 5, 4, 3))
    wanted = torch.nn.functional.conv3d(torch.tensor(volume), torch.tensor(kernel)).numpy()
    np.testing.assert_allclose(ops.convolve(volume, kernel, method="fft"), wanted, rtol=1e-9, atol=1e-9)


@given(st.integers(1, 5000), st.integers(1, 100))
def test_tiles_cover_every_place_once(places, length):
    how = Sliding(windows((length,)), "zeros", 1, Plan(torch.float32, torch.float32))
    (tiling,) = tiled([places + length - 1], how)
    assert tiling.kept <= tiling.length - length + 1
    assert (tiling.count - 1) * tiling.kept < places <= tiling.count * tiling.kept


def test_smaller_kernels_and_images_cost_less():
    def price(size, length):
        how = Sliding(windows((length, length)), "zeros", 1, Plan(torch.float32, torch.float32))
        return work(tiled((size, size), how))

    assert price(500, 9) < price(1000, 9) < price(1000, 65)


def test_an_image_that_is_not_finite_is_refused_by_its_count():
    image = np.ones((1, 1, 50))
    image[0, 0, :2] = np.nan, np.inf
    with pytest.raises(SettingError, match="2 of the image's values are NaN or infinite"):
        ops.convolve(image, np.ones((1, 1, 3)), method="fft")
    assert is_finite(torch.full((9,), 3e38))  # though their sum is infinite


def test_sums_too_large_to_be_exact_are_refused():
    with pytest.raises(SettingError, match="too large for a transform to be exact"):
        ops.convolve(np.full((1, 1, 9), 2**50), np.ones((1, 1, 3), int), method="fft")


def test_gradients_pass_through_tiles(rng):
    x = torch.tensor(rng.standard_normal((1, 1, 12, 9)), requires_grad=True)
    kernel = torch.tensor(rng.standard_normal((2, 1, 3, 2)), requires_grad=True)
    gradient = rng.standard_normal((1, 2, 10, 8))
    found = torch.autograd.grad(ops.convolve(x, kernel, method="fft"), [x, kernel], torch.tensor(gradient))
    wanted = reference.convolve_backward(gradient, x.detach().numpy(), kernel.detach().numpy())
    np.testing.assert_allclose(found[0].numpy(), wanted[0], atol=1e-10)
    np.testing.assert_allclose(found[1].numpy(), wanted[1], atol=1e-10)
