"""Pairs of layers' weights, against NumPy's singular values and each other."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from svertka.errors import SettingError, ShapeError
from svertka.nn import space_of
from svertka.nn.factored import Factor, pair_for
from svertka.ops import pair
from svertka.ops.pairs import KINDS, errors, fault, highest, matrices

RANKS = {"spatial": (2, 3), "depthwise": (1, 2, 3), "bottleneck": (1, 2, 3)}
CASES = [(kind, rank) for kind in KINDS for rank in RANKS[kind]]


def weights(rng, rank, groups=1, cin=4, cout=6):
    return rng.normal(size=(cout, cin // groups, *[3, 2, 3][:rank]))


def joined(found, kind, shape, groups=1):
    """The one weight that a pair stands for, by sums written out over channels between."""
    first, second = found.first, found.second
    total = np.zeros(shape)
    through = first.shape[0] // groups
    for out in range(shape[0]):
        group = out // (shape[0] // groups)
        for middle in range(through):
            source = first[group * through + middle]
            if kind == "depthwise":
                channel = middle // (through // shape[1])
                total[out, channel] += second[out, middle] * source[0]
            else:
                total[out] += second[out, middle] * source
    return total


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(("kind", "rank"), CASES)
def test_the_error_of_a_pair_is_that_of_its_product(kind, rank, groups, rng):
    weight = weights(rng, rank, groups)
    for middle in range(1, highest(weight, kind, groups) + 1):
        found = pair(weight, kind, middle, groups=groups)
        lost = np.linalg.norm(weight - joined(found, kind, weight.shape, groups))
        assert found.error == pytest.approx(lost, abs=1e-12)
        assert found.relative_error == pytest.approx(lost / np.linalg.norm(weight), abs=1e-12)


@pytest.mark.parametrize(("kind", "rank"), CASES)
def test_a_pair_of_the_highest_rank_loses_nothing(kind, rank, rng):
    weight = weights(rng, rank)
    found = pair(weight, kind, highest(weight, kind))
    np.testing.assert_allclose(joined(found, kind, weight.shape), weight, atol=1e-12)


def test_the_errors_of_jaderbergs_scheme_are_singular_values_by_numpy(rng):
    weight = rng.normal(size=(5, 4, 3, 2))
    strengths = np.linalg.svd(weight.transpose(1, 2, 0, 3).reshape(12, 10), compute_uv=False)
    left = np.sqrt([(strengths[rank:] ** 2).sum() for rank in range(1, 11)]) / np.linalg.norm(weight)
    np.testing.assert_allclose(errors(weight, "spatial"), left, atol=1e-12)


def test_the_errors_of_depthwise_pairs_are_singular_values_by_numpy(rng):
    weight = rng.normal(size=(5, 4, 3, 3))
    strengths = np.stack([np.linalg.svd(weight[:, c].reshape(5, 9), compute_uv=False) for c in range(4)])
    left = np.sqrt([(strengths[:, rank:] ** 2).sum() for rank in range(1, 6)]) / np.linalg.norm(weight)
    np.testing.assert_allclose(errors(weight, "depthwise"), left, atol=1e-12)


def test_the_errors_of_a_linear_bottleneck_are_singular_values_by_numpy(rng):
    weight = rng.normal(size=(5, 7))
    strengths = np.linalg.svd(weight, compute_uv=False)
    found = pair(weight, "bottleneck", 2)
    assert found.error == pytest.approx(np.linalg.norm(strengths[2:]), abs=1e-12)
    assert (found.first.shape, found.second.shape) == ((2, 7), (5, 2))


@given(st.sampled_from(CASES), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_no_random_pair_is_closer(case, rank, seed):
    rng = np.random.default_rng(seed)
    weight = weights(rng, case[1])
    matrix = matrices(torch.from_numpy(weight), case[0]).numpy()
    rank = min(rank, *matrix.shape[-2:])
    left = rng.normal(size=(*matrix.shape[:-1], rank))
    # The best second factors for these first ones: least squares.
    right = np.linalg.pinv(left) @ matrix
    assert pair(weight, case[0], rank).error <= np.linalg.norm(matrix - left @ right) + 1e-12


@pytest.mark.parametrize(("kind", "rank"), CASES)
def test_two_layers_of_the_highest_rank_answer_as_one(kind, rank):
    torch.manual_seed(0)
    space = space_of(rank)
    more = {"stride": 2, "padding": 2, "dilation": 2, "groups": 2, "dtype": torch.float64}
    for mode in ("zeros", "reflect", "replicate", "circular"):
        layer = space.conv(4, 6, [3, 2, 3][:rank], padding_mode=mode, **more)
        most = highest(layer.weight, kind, 2)
        two, found = pair_for(layer, Factor(kind, most)), pair(layer.weight, kind, most, groups=2)
        assert (two[0].weight.shape, two[1].weight.shape) == (found.first.shape, found.second.shape)
        two.load_state_dict({"0.weight": found.first, "1.weight": found.second, "1.bias": layer.bias})
        x = torch.randn(2, 4, *[7, 8, 9][:rank], dtype=torch.float64)
        torch.testing.assert_close(two(x), layer(x), rtol=0, atol=1e-12)


def test_a_pair_has_the_kind_and_type_of_the_weights():
    weight = nn.Conv2d(3, 4, 3).weight
    assert pair(weight, "spatial", 2).first.dtype == torch.float32
    assert isinstance(pair(weight.detach().numpy(), "spatial", 2).second, np.ndarray)
    assert pair(np.ones((2, 2, 3, 3), int), "spatial", 1).relative_error < 1e-12


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda w: pair(w, "spatial", 0), ShapeError, "a spatial pair for 4x2x3x3 has rank 1 to 6, not 0"),
        (lambda w: pair(w, "depthwise", 5), ShapeError, "a depthwise pair for 4x2x3x3 has rank 1 to 4, not 5"),
        (lambda w: pair(w, "spacial", 1), SettingError, "pairs are spatial, depthwise, bottleneck, not 'spacial'"),
        (lambda w: pair(w, "bottleneck", 1, groups=3), ShapeError, "4 kernels cannot be shared by 3 groups"),
        (lambda w: pair(w[:, :, :1], "spatial", 1), ShapeError, "a kernel of 1x3 has no two axes to be split"),
        (lambda w: pair(w[:, :1], "depthwise", 1), ShapeError, "it is depthwise already"),
        (lambda w: pair(w[:, :, 0, 0], "depthwise", 1), ShapeError, "a linear layer has no kernel"),
    ],
)
def test_what_has_no_pair_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call(np.ones((4, 2, 3, 3)))


def test_a_pointwise_kernel_is_named():
    assert fault((1, 1), 8, "depthwise") == "a kernel of 1x1 is pointwise already"
    assert fault((1, 1), 8, "bottleneck") == ""
