"""Separable kernels, against NumPy's own singular values and worked examples."""

from functools import reduce

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from svertka.errors import SettingError, ShapeError
from svertka.ops.factoring import rank, ranks, separate

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
LAPLACIAN = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]


def product(*lines):
    return reduce(np.multiply.outer, lines)


def test_sobel_is_a_column_times_a_row():
    separation = separate(SOBEL)
    ((column, row),) = separation.terms
    assert (column.tolist(), row.tolist()) == ([1, 2, 1], [-1, 0, 1])
    assert (column.dtype.kind, separation.error, rank(SOBEL)) == ("i", 0.0, 1)


@pytest.mark.parametrize(
    ("kernel", "lines"),
    [
        ([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], ([-1, 0, 1], [1, 2, 1])),
        ([[1, 0, -1], [2, 0, -2], [1, 0, -1]], ([1, 2, 1], [1, 0, -1])),
        (np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16, ([0.25, 0.5, 0.25], [0.25, 0.5, 0.25])),
        (np.full((2, 3), 2, np.uint8), ([1, 1], [2, 2, 2])),
        ([[2, 3], [4, 6]], ([1, 2], [2, 3])),
        ([[-1, -1], [-1, -1]], ([1, 1], [-1, -1])),
        ([1, 2, 3], ([1, 2, 3],)),
    ],
)
def test_products_of_simple_numbers_come_apart_into_simple_numbers(kernel, lines):
    assert [line.tolist() for line in separate(kernel).terms[0]] == [*map(list, lines)]


def test_a_box_of_ninths_is_two_lines_of_thirds():
    column, row = separate(np.ones((3, 3)) / 9).terms[0]
    np.testing.assert_allclose([column, row], 1 / 3, rtol=1e-15)


def test_the_laplacian_needs_two_terms():
    assert rank(LAPLACIAN) == 2
    np.testing.assert_allclose(separate(LAPLACIAN, 2).kernel(), LAPLACIAN, atol=1e-14)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_the_error_is_that_of_the_singular_values_left_out(height, width, seed):
    kernel = np.random.default_rng(seed).normal(size=(height, width))
    strengths = np.linalg.svd(kernel, compute_uv=False)
    for terms in range(1, min(height, width) + 1):
        found = separate(kernel, terms)
        left = np.sqrt((strengths[terms:] ** 2).sum())
        assert found.error == pytest.approx(left, abs=1e-12)
        assert found.relative_error == pytest.approx(left / np.linalg.norm(kernel), abs=1e-12)
        assert np.linalg.norm(kernel - found.kernel()) == pytest.approx(left, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_no_other_sum_of_as_many_terms_is_closer(seed, terms):
    rng = np.random.default_rng(seed)
    kernel, columns = rng.normal(size=(5, 6)), rng.normal(size=(5, terms))
    # The best rows for these columns: least squares.
    rows = np.linalg.lstsq(columns, kernel, rcond=None)[0]
    assert separate(kernel, terms).error <= np.linalg.norm(kernel - columns @ rows) + 1e-12


@given(st.integers(1, 6), st.integers(6, 9), st.integers(6, 9), st.integers(0, 2**32 - 1))
def test_the_rank_is_the_number_of_terms_added(terms, height, width, seed):
    rng = np.random.default_rng(seed)
    left, right = np.linalg.qr(rng.normal(size=(height, terms)))[0], np.linalg.qr(rng.normal(size=(width, terms)))[0]
    assert rank(left @ right.T) == terms


@given(arrays(np.int64, st.tuples(*[st.integers(1, 5)] * 2), elements=st.integers(-9, 9)))
def test_the_rank_is_that_of_the_matrix(kernel):
    assert rank(kernel) == np.linalg.matrix_rank(kernel)


@given(st.lists(arrays(np.int64, st.integers(1, 5), elements=st.integers(-99, 99)), min_size=1, max_size=4))
def test_a_product_of_whole_numbers_comes_apart_exactly(lines):
    kernel = product(*lines)
    found = separate(kernel)
    assert found.kernel().dtype == np.int64
    np.testing.assert_array_equal(found.kernel(), kernel)
    assert rank(kernel) == int(kernel.any())


def test_large_whole_numbers_stay_exact():
    kernel = product([1, 2**31 - 1], [2**30 + 1, 3])
    np.testing.assert_array_equal(separate(kernel).kernel(), kernel)
    kernel[0, 0] += 1
    assert separate(kernel).error > 0


def test_a_product_along_three_axes_is_found():
    lines = [np.random.default_rng(0).normal(size=size) for size in (3, 4, 5)]
    kernel = product(*lines)
    assert (rank(kernel), ranks(kernel)) == (1, (1, 1, 1))
    np.testing.assert_allclose(separate(kernel).kernel(), kernel, rtol=0, atol=1e-14)


def test_the_term_for_several_axes_is_within_a_known_factor_of_the_best():
    kernel = np.random.default_rng(0).normal(size=(3, 4, 5))
    found = separate(kernel)
    # What is lost along each axis: at least the most of these, at most all of them together (De Lathauwer et al. 2000).
    across = [np.moveaxis(kernel, axis, 0).reshape(kernel.shape[axis], -1) for axis in range(3)]
    lost = [np.linalg.norm(np.linalg.svd(matrix, compute_uv=False)[1:]) for matrix in across]
    assert max(lost) <= found.error <= np.linalg.norm(lost)
    assert found.error == pytest.approx(np.linalg.norm(kernel - found.kernel()))


def test_the_ranks_of_a_sum_along_three_axes():
    kernel = product([1, 0], [1, 0, 0], [1, 0]) + product([0, 1], [0, 1, 0], [1, 0])
    assert (ranks(kernel), rank(kernel)) == ((2, 2, 1), 2)


def test_a_kernel_of_zeros_has_no_terms():
    assert rank(np.zeros((3, 3))) == 0
    assert separate(np.zeros((3, 3))).relative_error == 0


def test_tensors_give_tensors_of_their_type():
    kernel = torch.randn(5, 5, generator=torch.manual_seed(0), requires_grad=True)
    found = separate(kernel, 5)
    assert all(factor.dtype == torch.float32 for factor in found.factors)
    torch.testing.assert_close(found.kernel(), kernel.detach())
    whole = separate(torch.tensor(SOBEL, dtype=torch.int32))
    assert whole.factors[0].dtype == torch.int32


def test_single_precision_is_judged_by_its_own_rounding():
    line = np.exp(-(np.arange(-15.0, 16) ** 2) / 50)
    assert rank(product(line, line).astype(np.float32)) == 1
    assert rank(torch.from_numpy(product(line, line)).float()) == 1
    assert rank(product(line, line) + 1e-9 * np.eye(31)) > 1
    assert rank(product(line, line) + 1e-9 * np.eye(31), tolerance=1e-6) == 1


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: separate(SOBEL, 0), ShapeError, "a kernel of 3x3 has 1 to 3 separable terms, not 0"),
        (lambda: separate(np.ones((2, 7)), 3), ShapeError, "a kernel of 2x7 has 1 to 2 separable terms, not 3"),
        (lambda: separate(np.ones((3, 3, 3)), 2), ShapeError, "a kernel of 3 axes can be separated into 1 term, not 2"),
        (lambda: rank([[1, np.nan], [np.inf, 0]]), SettingError, "2 numbers of the kernel are not finite"),
        (lambda: rank(SOBEL, -1), SettingError, "a tolerance is 0 or more, not -1"),
        (lambda: rank(5), ShapeError, "a kernel has one or more axes"),
    ],
)
def test_what_cannot_be_separated_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
