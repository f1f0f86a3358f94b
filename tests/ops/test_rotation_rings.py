import numpy as np
import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.rotation_rings import analyse, synthesise


def kinds(size, orders):
    """Cosines and sines at the places of a circle, `(kind, order, place)`."""
    angles = 2 * np.pi * np.outer(np.arange(orders), np.arange(size)) / size
    return np.stack([np.cos(angles), np.sin(angles)])


def tables(size, orders):
    """Waves over `α` by `(kind over γ, m, q, place)`, and over `γ` by `(kind, n, place)`."""
    waves = kinds(size, orders)
    over_alpha = np.stack([np.stack([waves[q ^ kind] for q in (0, 1)], axis=1) for kind in (0, 1)])
    return over_alpha, waves


@pytest.mark.parametrize(("size", "orders", "columns"), [(2, 1, 8), (6, 3, 11), (20, 6, 37), (10, 5, 700), (16, 2, 8)])
def test_waves_of_rings_are_sums_over_both_angles(size, orders, columns):
    x = np.random.default_rng(size).normal(size=(size, size, size, columns))
    weights = np.random.default_rng(columns).normal(size=size)
    out = torch.full((orders, 2 * orders, 2, size, columns), float("nan"), dtype=torch.float64)
    analyse(torch.from_numpy(x), torch.from_numpy(weights), out)
    over_alpha, over_gamma = tables(size, orders)
    wanted = np.einsum("bgac,kmqa,kng,b->nmqkbc", x, over_alpha, over_gamma, weights, optimize=True)
    np.testing.assert_allclose(out.numpy(), wanted.reshape(out.shape), atol=1e-11)


@pytest.mark.parametrize(("size", "orders", "columns"), [(2, 1, 8), (6, 3, 11), (20, 6, 37), (10, 5, 700), (16, 2, 8)])
def test_signals_are_sums_over_the_waves_of_rings(size, orders, columns):
    waves = np.random.default_rng(size).normal(size=(orders, 2 * orders, 2, size, columns))
    weights = np.random.default_rng(columns).normal(size=size)
    out = torch.full((size, size, size, columns), float("nan"), dtype=torch.float64)
    synthesise(torch.from_numpy(waves), torch.from_numpy(weights), out)
    over_alpha, over_gamma = tables(size, orders)
    apart = waves.reshape(orders, orders, 2, 2, size, columns)
    wanted = np.einsum("nmqkbc,kmqa,kng,b->bgac", apart, over_alpha, over_gamma, weights, optimize=True)
    np.testing.assert_allclose(out.numpy(), wanted, atol=1e-11)
