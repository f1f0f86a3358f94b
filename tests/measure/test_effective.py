import numpy as np
import pytest
import torch
from torch import nn

from svertka import ShapeError, UnknownName, build
from svertka.measure import effective_field, fields, width
from svertka.nn import LINE, PLANE


def test_equal_weights_give_the_binomial_of_the_paper():
    """Section 2.2: with layers of equal kernels the field is that kernel convolved with itself, once for each layer."""
    network = nn.Sequential(*[LINE.conv(1, 1, 3, padding=1, bias=False) for _ in range(6)])
    for weight in network.parameters():
        nn.init.ones_(weight)
    found = effective_field(network, 1, [41], layer="5", images=1)
    expected = np.ones(1)
    for _ in range(6):
        expected = np.convolve(expected, np.ones(3))
    np.testing.assert_allclose(found[20 - 6 : 20 + 7], expected / expected.sum(), rtol=1e-6)
    assert found.sum() == pytest.approx(1)


def test_it_is_narrower_than_what_can_be_seen_and_grows_with_the_root_of_the_depth():
    """Section 2: the theoretical field grows with the depth, the effective one with its root."""
    wide = []
    for depth in (4, 16):
        network = nn.Sequential(*[LINE.conv(1, 1, 3, padding=1, bias=False) for _ in range(depth)])
        for weight in network.parameters():
            nn.init.ones_(weight)
        wide += width(effective_field(network, 1, [81], layer=str(depth - 1), images=1))
    assert wide[1] / wide[0] == pytest.approx(2, rel=1e-6)


def test_nothing_outside_of_the_field_counts():
    torch.manual_seed(0)
    network = build("resnet20")
    found = effective_field(network, 3, (64, 64), layer="body.2", images=2)
    seen = fields(network, 3, (64, 64))["body.2"]
    low = [int(start + jump * 32) for start, jump in zip(seen.start, seen.jump, strict=True)]
    outside = found.copy()
    outside[low[0] : low[0] + seen.size[0], low[1] : low[1] + seen.size[1]] = 0
    assert not outside.any()
    assert found.sum() == pytest.approx(1)


def test_the_same_seed_gives_the_same_field():
    torch.manual_seed(0)
    network = nn.Sequential(PLANE.conv(1, 4, 5), nn.ReLU(), PLANE.conv(4, 1, 5))
    one, other = (effective_field(network, 1, (16, 16), layer="2", images=2) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_layers_without_places_and_unknown_ones_are_named():
    network = build("resnet20")
    with pytest.raises(ShapeError, match="layer head has no places"):
        effective_field(network, 3, (32, 32), layer="head", images=1)
    with pytest.raises(UnknownName, match="no layer is called 'bdy'; did you mean"):
        effective_field(network, 3, (32, 32), layer="bdy", images=1)
