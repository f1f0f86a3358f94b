import numpy as np
import pytest
import torch

from svertka import ops
from svertka.geometry import windows
from svertka.ops import choosing
from svertka.ops.exactness import planned
from svertka.ops.sliding import Sliding


def name(image, kernel, method="auto", **more):
    """The way that is chosen for maps and kernels with channels."""
    x, weight = torch.as_tensor(image), torch.as_tensor(kernel)
    slides = windows(weight.shape[2:], padding="same")
    how = Sliding(slides, "reflect", 1, planned(x, weight, None, None))
    return choosing.chosen(method, x, weight, how).__name__


@pytest.fixture
def large(rng):
    return rng.standard_normal((1, 1, 1024, 1024)).astype(np.float32)


def test_large_kernels_go_by_transforms_and_small_images_directly(large, rng):
    kernel = rng.standard_normal((1, 1, 41, 41)).astype(np.float32)
    assert name(large, kernel) == "spectral"
    assert name(large[..., :20, :20], kernel[..., :3, :3]) == "direct"


def test_products_of_lines_are_found(large, rng):
    line = rng.standard_normal(41).astype(np.float32)
    assert name(large, np.outer(line, line)[None, None]) == "separable"


def test_many_channels_go_by_torch(rng):
    image = rng.standard_normal((1, 64, 64, 64)).astype(np.float32)
    assert name(image, rng.standard_normal((64, 64, 3, 3)).astype(np.float32)) == "direct"


def test_what_is_not_finite_never_goes_by_a_transform(large, rng):
    large[0, 0, 100, 100] = np.inf
    kernel = rng.standard_normal((1, 1, 41, 41)).astype(np.float32)
    assert name(large, kernel) != "spectral"


def test_whole_numbers_never_go_by_a_transform_unless_asked(rng):
    image, kernel = rng.integers(0, 256, (1, 1, 512, 512)).astype(np.uint8), rng.integers(-5, 6, (1, 1, 31, 31))
    assert name(image, kernel) != "spectral"
    assert name(image, kernel, "fft") == "spectral"


def test_without_numba_the_answer_is_the_same(large, rng, monkeypatch):
    kernel = rng.standard_normal((7, 7)).astype(np.float32)
    with_numba = ops.convolve_each(large[0, 0], kernel)
    monkeypatch.setattr(choosing, "find_spec", lambda name: None)
    without = ops.convolve_each(large[0, 0], kernel)
    np.testing.assert_allclose(without, with_numba, atol=2e-4)
