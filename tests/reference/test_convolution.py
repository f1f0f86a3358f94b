import numpy as np
import pytest
import torch
from hypothesis import given, settings

from reference.cases import convolutions, padded
from reference.convolution import correlate
from reference.gradients import agrees_with_differences, agrees_with_its_matrix, agrees_with_torch
from svertka import reference
from svertka.errors import SettingError, ShapeError, UnknownName

FIVE = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
TORCH = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d, 3: torch.nn.functional.conv3d}


def operator(case):
    def forward(image, kernel, bias):
        return reference.convolve(image, kernel, bias=bias, **case.settings)

    def backward(gradient, image, kernel, bias):
        return reference.convolve_backward(gradient, image, kernel, **case.settings)

    return forward, backward


@settings(max_examples=200)
@given(convolutions())
def test_values_and_gradients_are_those_of_torch(case):
    def peer(image, kernel, bias):
        around = padded(image, case.settings["padding"], case.settings["border"])
        return TORCH[case.rank](around, kernel, bias, **case.plain)

    agrees_with_torch(*operator(case), peer, case.image, case.kernel, case.bias, rng=case.rng)


@settings(max_examples=100)
@given(convolutions())
def test_gradients_are_slopes(case):
    agrees_with_differences(*operator(case), case.image, case.kernel, case.bias, rng=case.rng)


@settings(max_examples=100)
@given(convolutions())
def test_the_gradient_of_the_image_is_the_transposed_matrix(case):
    agrees_with_its_matrix(
        lambda image: reference.convolve(image, case.kernel, **case.settings),
        lambda gradient, image: reference.convolve_backward(gradient, image, case.kernel, **case.settings),
        case.image.shape[1:],
        rng=case.rng,
    )


@settings(max_examples=50)
@given(convolutions(borders=("zeros",)))
def test_values_are_those_of_the_loops(case):
    plain = {"stride": case.settings["stride"][0], "dilation": 1, "groups": case.settings["groups"]}
    ours = reference.convolve(case.image, case.kernel, bias=case.bias, padding=2, **plain)
    loops = correlate(case.image, case.kernel, case.bias, padding=2, **plain)
    np.testing.assert_allclose(ours, loops, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize(
    ("image", "kernel", "wanted"),
    [
        ([[1, 2, 3], [3, 4, 5], [1, 0, 2]], [[0, 1], [1, -1]], [[1, 2], [5, 3]]),
        (FIVE, [[0, 1, 2], [2, 2, 0], [0, 1, 2]], [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
    ],
)
def test_the_worked_examples_of_the_lectures(image, kernel, wanted):
    assert reference.convolve([[image]], [[kernel]])[0, 0].tolist() == wanted


def test_the_size_worked_out_in_the_lectures():
    settings = {"stride": (2, 1), "padding": (4, 2), "dilation": (3, 1)}
    y = reference.convolve(np.ones((20, 16, 50, 100)), np.ones((33, 16, 3, 5)), **settings)
    assert y.shape == (20, 33, 26, 100)


def test_the_same_padding_keeps_the_size_and_valid_adds_nothing():
    image, kernel = np.ones((1, 1, 7, 8)), np.ones((1, 1, 3, 5))
    assert reference.convolve(image, kernel, padding="same", dilation=2).shape == (1, 1, 7, 8)
    assert reference.convolve(image, kernel, padding="valid").shape == (1, 1, 5, 4)


def test_a_kernel_of_one_pixel_mixes_channels():
    rng = np.random.default_rng(0)
    image, kernel = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((6, 3, 1, 1))
    wanted = np.einsum("oc,bcij->boij", kernel[:, :, 0, 0], image)
    np.testing.assert_allclose(reference.convolve(image, kernel), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("image", "kernel", "settings", "error", "words"),
    [
        ((1, 1, 4, 4), (1, 1, 5, 3), {}, ShapeError, "5x3 does not fit into an image of 4x4"),
        ((1, 3, 4, 4), (1, 2, 3, 3), {}, ShapeError, "the images have 3 channels"),
        ((1, 4, 4, 4), (3, 2, 3, 3), {"groups": 2}, ShapeError, "3 output channels cannot be shared out among 2"),
        ((1, 4, 4), (3, 4, 3, 3), {}, ShapeError, "a kernel for images"),
        ((4, 4), (3, 3), {}, ShapeError, "images should be (batch, channels, *sizes)"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"bias": [1, 2]}, ShapeError, "the bias has shape (2,)"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 0}, SettingError, "stride should be an integer of at least 1, not 0"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": (1, 1, 1)}, SettingError, "is for 3 axes, but the image has 2"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"padding": -1}, SettingError, "padding should be an integer of at least 0"),
        ((1, 1, 4, 4), (1, 1, 2, 2), {"padding": "same"}, SettingError, "no middle for a kernel of 2x2"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"padding": "full"}, SettingError, "should be 'same', 'valid' or numbers"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"dilation": 1.5}, SettingError, "dilation should be an integer"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"groups": 0}, SettingError, "groups should be an integer of at least 1"),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"border": "zeroes"}, UnknownName, "did you mean 'zeros'"),
    ],
)
def test_nonsense_is_refused_in_a_line(image, kernel, settings, error, words):
    with pytest.raises(error) as caught:
        reference.convolve(np.ones(image), np.ones(kernel), **settings)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match="the gradient has shape"):
        reference.convolve_backward(np.ones((1, 1, 4, 4)), np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)))
