from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import convolutions
from reference.gradients import agrees_with_differences, agrees_with_its_matrix, agrees_with_torch, matrix
from svertka import reference
from svertka.errors import SettingError, ShapeError

TORCH = {
    1: torch.nn.functional.conv_transpose1d,
    2: torch.nn.functional.conv_transpose2d,
    3: torch.nn.functional.conv_transpose3d,
}


@st.composite
def transposed(draw):
    """A transposed convolution: image and kernel of a convolution, with what is cut and what is added."""
    case = draw(convolutions(borders=("zeros",)))
    stride, dilation = case.settings["stride"], case.settings["dilation"]
    sizes, spans = case.image.shape[2:], [d * (k - 1) + 1 for k, d in zip(case.kernel.shape[2:], dilation, strict=True)]
    full = [s * (n - 1) + span for n, s, span in zip(sizes, stride, spans, strict=True)]
    padding = tuple(draw(st.integers(0, min(2, (size - 1) // 2))) for size in full)
    more = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    groups, cin = case.settings["groups"], case.image.shape[1]
    out = draw(st.integers(1, 2))
    kernel = case.rng.standard_normal((cin, out, *case.kernel.shape[2:]))
    settings = {"stride": stride, "padding": padding, "output_padding": more, "dilation": dilation, "groups": groups}
    return replace(case, kernel=kernel, bias=case.rng.standard_normal(out * groups), settings=settings)


def operator(case):
    def forward(image, kernel, bias):
        return reference.convolve_transposed(image, kernel, bias=bias, **case.settings)

    def backward(gradient, image, kernel, bias):
        return reference.convolve_transposed_backward(gradient, image, kernel, **case.settings)

    return forward, backward


@settings(max_examples=200)
@given(transposed())
def test_values_and_gradients_are_those_of_torch(case):
    def peer(image, kernel, bias):
        return TORCH[case.rank](image, kernel, bias, **case.settings)

    agrees_with_torch(*operator(case), peer, case.image, case.kernel, case.bias, rng=case.rng)


@settings(max_examples=100)
@given(transposed())
def test_gradients_are_slopes(case):
    agrees_with_differences(*operator(case), case.image, case.kernel, case.bias, rng=case.rng)


@settings(max_examples=100)
@given(transposed())
def test_the_gradient_of_the_image_is_the_transposed_matrix(case):
    agrees_with_its_matrix(
        lambda image: reference.convolve_transposed(image, case.kernel, **case.settings),
        lambda gradient, image: reference.convolve_transposed_backward(gradient, image, case.kernel, **case.settings),
        case.image.shape[1:],
        rng=case.rng,
    )


@settings(max_examples=100)
@given(convolutions(borders=("zeros",)))
def test_its_matrix_is_that_of_the_convolution_transposed(case):
    def forwards(image):
        return reference.convolve(image, case.kernel, **case.settings)

    def back(image):
        settings = {key: case.settings[key] for key in ("stride", "padding", "dilation", "groups")}
        return reference.convolve_transposed(image, case.kernel, output_padding=left, **settings)

    y = forwards(case.image)
    axes = zip(case.image.shape, case.kernel.shape, y.shape, strict=True)
    sizes = [(n, k, m) for n, k, m in axes][2:]
    by_axis = zip(sizes, *(case.settings[key] for key in ("stride", "padding", "dilation")), strict=True)
    left = tuple(n + sum(p) - s * (m - 1) - d * (k - 1) - 1 for (n, k, m), s, p, d in by_axis)
    np.testing.assert_allclose(matrix(back, y.shape[1:]), matrix(forwards, case.image.shape[1:]).T, atol=1e-12)


def test_the_worked_example_of_the_lectures():
    image = np.arange(1, 17).reshape(1, 1, 4, 4)
    assert reference.convolve_transposed(image, np.ones((1, 1, 2, 2)))[0, 0].tolist() == [
        [1, 3, 5, 7, 4],
        [6, 14, 18, 22, 12],
        [14, 30, 34, 38, 20],
        [22, 46, 50, 54, 28],
        [13, 27, 29, 31, 16],
    ]


def test_it_gives_back_the_size_that_a_convolution_took():
    image = np.ones((1, 10, 20, 30))
    smaller = reference.convolve(image, np.ones((20, 10, 2, 2)))
    assert smaller.shape == (1, 20, 19, 29)
    assert reference.convolve_transposed(smaller, np.ones((20, 10, 2, 2))).shape == image.shape


@pytest.mark.parametrize(
    ("kernel", "settings", "error", "words"),
    [
        ((2, 1, 3), {}, ShapeError, "a kernel for images"),
        ((3, 1, 2, 2), {}, ShapeError, "with 4 channels"),
        ((4, 1, 2, 2), {"groups": 3}, ShapeError, "4 channels cannot be shared out among 3 groups"),
        ((4, 1, 2, 2), {"padding": 3}, ShapeError, "cuts everything away from a result of 4x4"),
        ((4, 1, 2, 2), {"output_padding": 1}, SettingError, "should be below the stride"),
        ((4, 1, 2, 2), {"stride": 0}, SettingError, "stride should be an integer of at least 1"),
        ((4, 1, 2, 2), {"bias": [1, 2, 3]}, ShapeError, "the bias has shape (3,)"),
    ],
)
def test_nonsense_is_refused_in_a_line(kernel, settings, error, words):
    with pytest.raises(error) as caught:
        reference.convolve_transposed(np.ones((1, 4, 3, 3)), np.ones(kernel), **settings)
    assert words in str(caught.value)
