import numpy as np
import pytest
import torch
from hypothesis import given, settings

from reference.cases import convolutions
from svertka import ops, reference
from svertka.errors import ShapeError


@settings(max_examples=200)
@given(convolutions())
def test_the_matrix_is_the_convolution_and_its_transpose_the_gradient(case):
    matrix = ops.convolution_matrix(case.kernel, case.image.shape[2:], **case.settings)
    wanted = reference.convolve(case.image, case.kernel, **case.settings)
    found = (matrix @ case.image.reshape(len(case.image), -1).T).T
    np.testing.assert_allclose(found, wanted.reshape(len(wanted), -1), rtol=1e-10, atol=1e-11)
    gradient = case.rng.standard_normal(wanted.shape)
    slope = reference.convolve_backward(gradient, case.image, case.kernel, **case.settings)[0]
    back = (matrix.T @ gradient.reshape(len(gradient), -1).T).T
    np.testing.assert_allclose(back, slope.reshape(len(slope), -1), rtol=1e-10, atol=1e-10)


def test_it_is_doubly_block_toeplitz():
    matrix = ops.convolution_matrix([[1, 2], [3, 4]], (4, 5)).toarray().reshape(3, 4, 4, 5)
    for row, column in np.ndindex(2, 3):
        block = matrix[row, :, column]
        assert (block == matrix[row + 1, :, column + 1]).all()
        assert (block[1:, 1:] == block[:-1, :-1]).all()


@settings(max_examples=100)
@given(convolutions())
def test_patches_times_kernels_are_the_convolution(case):
    more = {key: case.settings[key] for key in ("stride", "padding", "border", "dilation")}
    columns = ops.unfold(case.image, case.kernel.shape[2:], **more)
    groups, outputs = case.settings["groups"], len(case.kernel)
    grouped = columns.reshape(len(columns), groups, -1, columns.shape[-1])
    kernel = case.kernel.reshape(groups, outputs // groups, -1)
    wanted = reference.convolve(case.image, case.kernel, **case.settings)
    found = np.einsum("bgkn,gok->bgon", grouped, kernel).reshape(wanted.shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11)


def test_patches_are_those_of_torch_and_fold_is_their_transpose(rng):
    image = torch.tensor(rng.standard_normal((2, 3, 7, 8)))
    settings = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
    columns = ops.unfold(image, (3, 2), **settings)
    torch.testing.assert_close(columns, torch.nn.functional.unfold(image, (3, 2), **settings))
    other = torch.tensor(rng.standard_normal(columns.shape))
    torch.testing.assert_close((columns * other).sum(), (image * ops.fold(other, (7, 8), (3, 2), **settings)).sum())


def test_sizes_that_do_not_fit():
    with pytest.raises(ShapeError, match="a kernel of 2 axes is for as many sizes, not 1"):
        ops.convolution_matrix(np.ones((2, 2)), (5,))
    with pytest.raises(ShapeError, match="columns of such an image are"):
        ops.fold(np.zeros((1, 4, 3)), (4, 4), (2, 2))
    with pytest.raises(ShapeError, match="does not fit"):
        ops.convolution_matrix(np.ones((3, 3)), (2, 2))
