import numpy as np
import pytest
import torch
from torch import nn

from reference.networks import layers, maps
from svertka import build, cost


def test_the_original_has_the_papers_maps_and_kernels():
    """Section 3.5: kernels of 11x11x3, 5x5x48, 3x3x256, 3x3x192 and 3x3x192; maps of 55, 27 and 13."""
    found = list(maps("alexnet_original", nn.Conv2d).values())
    assert found == [(96, 55, 55), (256, 27, 27), (384, 13, 13), (384, 13, 13), (256, 13, 13)]
    kernels = [tuple(layer.weight.shape[1:]) for layer in layers("alexnet_original", nn.Conv2d).values()]
    assert kernels == [(3, 11, 11), (48, 5, 5), (256, 3, 3), (192, 3, 3), (192, 3, 3)]


def test_neighbours_are_normalised_as_in_the_paper(rng):
    """Section 3.3: a / (k + α Σ a²)^β over 5 neighbouring maps, with k = 2, α = 1e-4, β = 0.75."""
    layer = next(layer for layer in build("alexnet_original").modules() if isinstance(layer, nn.LocalResponseNorm))
    a = 30 * rng.normal(size=(2, 9, 4, 4))
    squares = np.stack([np.square(a[:, max(i - 2, 0) : i + 3]).sum(1) for i in range(9)], 1)
    np.testing.assert_allclose(layer(torch.from_numpy(a)).numpy(), a / (2 + 1e-4 * squares) ** 0.75, rtol=1e-6)


def test_pools_overlap():
    pools = layers("alexnet", nn.MaxPool2d).values()
    assert [(layer.kernel_size, layer.stride) for layer in pools] == [(3, 2)] * 3


@pytest.mark.parametrize(("name", "macs"), [("alexnet", 0.714e9), ("alexnet_original", 0.724e9)])
def test_multiply_adds_are_as_published(name, macs):
    """torchvision's table for one tower; for two towers 724 M is what Caffe's network is commonly counted at."""
    assert cost(name).macs == pytest.approx(macs, rel=1e-3)
