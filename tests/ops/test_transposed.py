import numpy as np
import pytest
import torch
from hypothesis import given, settings

from reference.cases import convolutions
from svertka import ops
from svertka.errors import SettingError, ShapeError


def test_the_example_of_the_lectures():
    found = ops.convolve_transposed(np.arange(1.0, 17).reshape(4, 4), np.ones((2, 2)))
    assert found.tolist() == [
        [1, 3, 5, 7, 4], [6, 14, 18, 22, 12], [14, 30, 34, 38, 20], [22, 46, 50, 54, 28], [13, 27, 29, 31, 16],
    ]  # fmt: skip
    image = torch.zeros(1, 10, 20, 30)
    less = ops.convolve(image, torch.zeros(20, 10, 2, 2))
    assert less.shape == (1, 20, 19, 29)
    assert ops.convolve_transposed(less, torch.zeros(20, 10, 2, 2)).shape == image.shape


@settings(max_examples=200)
@given(convolutions(borders=("zeros",)))
def test_it_is_the_transposed_matrix_of_the_convolution(case):
    margins = case.settings["padding"]
    if any(before != after for before, after in margins):
        margins = tuple((0, 0) for _ in margins)
        if any(
            size < d * (k - 1) + 1
            for size, k, d in zip(case.image.shape[2:], case.kernel.shape[2:], case.settings["dilation"], strict=True)
        ):
            return
    more = {key: case.settings[key] for key in ("stride", "dilation", "groups")}
    sizes = case.image.shape[2:]
    matrix = ops.convolution_matrix(case.kernel, sizes, padding=margins, **more)
    places = ops.output_size(
        sizes, case.kernel.shape[2:], padding=margins, stride=more["stride"], dilation=more["dilation"]
    )
    smallest = [
        s * (n - 1) - 2 * margin[0] + d * (k - 1) + 1
        for s, n, margin, d, k in zip(
            more["stride"], places, margins, more["dilation"], case.kernel.shape[2:], strict=True
        )
    ]
    extra = [size - low for size, low in zip(sizes, smallest, strict=True)]
    if any(more >= max(s, d) for more, s, d in zip(extra, more["stride"], more["dilation"], strict=True)):
        return
    y = case.rng.standard_normal((2, len(case.kernel), *places))
    padding = tuple(margin[0] for margin in margins)
    found = ops.convolve_transposed(y, case.kernel, padding=padding, output_padding=extra, **more)
    wanted = (matrix.T @ y.reshape(2, -1).T).T
    np.testing.assert_allclose(found.reshape(2, -1), wanted, rtol=1e-10, atol=1e-11)


def test_what_does_not_fit():
    image, kernel = np.zeros((1, 2, 5)), np.zeros((2, 1, 3))
    with pytest.raises(SettingError, match="output_padding 2 should be less than stride 2 or dilation 1"):
        ops.convolve_transposed(image, kernel, stride=2, output_padding=2)
    with pytest.raises(ShapeError, match="the image has 2 channels in 1 groups, but the kernel is made for 3"):
        ops.convolve_transposed(image, np.zeros((3, 1, 3)))
    with pytest.raises(ShapeError, match="leaves nothing"):
        ops.convolve_transposed(np.zeros((1, 2, 1)), kernel, padding=2)
