from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.cases import convolutions
from reference.convolution import correlate
from svertka import ops, reference
from svertka.errors import SettingError, ShapeError, UnknownName

METHODS = ["auto", "direct", "separable", "fft"]
GRID = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]


@pytest.mark.parametrize("method", ["auto", "direct"])
def test_the_examples_of_the_lectures(method):
    three = ops.convolve([[1, 2, 3], [3, 4, 5], [1, 0, 2]], [[0, 1], [1, -1]], method=method)
    assert three.tolist() == [[1, 2], [5, 3]]
    five = ops.convolve(GRID, [[0, 1, 2], [2, 2, 0], [0, 1, 2]], method=method)
    assert five.tolist() == [[12, 12, 17], [10, 17, 19], [9, 6, 14]]


def test_the_sizes_of_the_lectures():
    image, kernel = torch.zeros(20, 16, 50, 100), torch.zeros(33, 16, 3, 5)
    y = ops.convolve(image, kernel, stride=(2, 1), padding=(4, 2), dilation=(3, 1))
    assert y.shape == (20, 33, 26, 100)
    assert ops.output_size((50, 100), (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1)) == (26, 100)


@settings(max_examples=200)
@given(convolutions(), st.sampled_from(["auto", "direct", "fft"]))
def test_every_way_is_the_oracle(case, method):
    wanted = reference.convolve(case.image, case.kernel, bias=case.bias, **case.settings)
    found = ops.convolve(case.image, case.kernel, bias=case.bias, method=method, **case.settings)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11)


@settings(max_examples=100)
@given(convolutions())
def test_separable_kernels_go_axis_by_axis(case):
    lines = [case.rng.standard_normal(length) for length in case.kernel.shape[2:]]
    product_of_lines = lines[0]
    for line in lines[1:]:
        product_of_lines = product_of_lines[..., None] * line
    kernel = case.rng.standard_normal((*case.kernel.shape[:2], *[1] * case.rank)) * product_of_lines
    wanted = reference.convolve(case.image, kernel, bias=case.bias, **case.settings)
    found = ops.convolve(case.image, kernel, bias=case.bias, method="separable", **case.settings)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11)


@settings(max_examples=100)
@given(convolutions(borders=("zeros",)))
def test_loops_say_the_same(case):
    if any(before != after for before, after in case.settings["padding"]):
        return
    more = {key: case.settings[key] for key in ("stride", "dilation", "groups")}
    if any(len(set(more[key])) > 1 for key in ("stride", "dilation")) or len({*case.settings["padding"]}) > 1:
        return
    wanted = correlate(
        case.image, case.kernel, case.bias, stride=more["stride"][0], dilation=more["dilation"][0],
        groups=more["groups"], padding=case.settings["padding"][0][0],
    )  # fmt: skip
    found = ops.convolve(case.image, case.kernel, bias=case.bias, **case.settings)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-11)


@settings(max_examples=100)
@given(convolutions())
def test_gradients_are_those_of_the_oracle(case):
    tensors = [torch.tensor(value, requires_grad=True) for value in (case.image, case.kernel, case.bias)]
    y = ops.convolve(tensors[0], tensors[1], bias=tensors[2], **case.settings)
    gradient = case.rng.standard_normal(y.shape)
    found = torch.autograd.grad(y, tensors, torch.tensor(gradient))
    wanted = reference.convolve_backward(gradient, case.image, case.kernel, **case.settings)
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-10, atol=1e-10)


def test_four_axes_are_convolved_as_well(rng):
    image, kernel = rng.standard_normal((1, 2, 4, 3, 4, 5)), rng.standard_normal((3, 2, 2, 1, 3, 2))
    wanted = reference.convolve(image, kernel)
    for method in ("auto", "direct", "fft"):
        np.testing.assert_allclose(ops.convolve(image, kernel, method=method), wanted, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "bool"])
@pytest.mark.parametrize("method", ["auto", "direct", "fft"])
def test_whole_numbers_are_exact(dtype, method, rng):
    top = 2 if dtype == "bool" else min(np.iinfo(dtype).max, 2**30) + 1
    image = rng.integers(0, top, (2, 9, 8)).astype(dtype)
    kernel = rng.integers(-9, 10, (3, 2, 3, 3))
    found = ops.convolve(image, kernel, padding=1, border="reflect", method=method)
    padded = np.pad(image.astype(object), [(0, 0), (1, 1), (1, 1)], mode="reflect")
    for place in product(range(9), range(8)):
        seen = padded[:, place[0] : place[0] + 3, place[1] : place[1] + 3]
        assert found[(slice(None), *place)].tolist() == [int((seen * one.astype(object)).sum()) for one in kernel]
    assert found.dtype == (np.int64 if dtype in ("uint32", "int32", "int64") else np.int32)


def test_sums_beyond_64_bits_are_refused_and_those_just_below_are_exact():
    image = np.full((1, 1, 3), 2**60)
    assert ops.convolve(image, np.ones((1, 1, 3), np.int64)).item() == 3 * 2**60
    with pytest.raises(SettingError, match="more than 64-bit integers hold; turn the image to float64 first"):
        ops.convolve(image, np.full((1, 1, 3), 3))


@pytest.mark.parametrize(("dtype", "kind"), [("uint8", "float32"), ("int16", "float32"), ("int32", "float64")])
def test_whole_numbers_and_fractions_widen_to_floats(dtype, kind):
    assert ops.convolve_each(np.ones((4, 4), dtype), np.full((3, 3), 1 / 9)).dtype == kind


def test_kinds_are_kept():
    assert isinstance(ops.convolve(torch.zeros(1, 1, 5), torch.zeros(1, 1, 3)), torch.Tensor)
    assert isinstance(ops.convolve(np.zeros((1, 1, 5)), torch.zeros(1, 1, 3)), np.ndarray)
    assert ops.convolve_each(np.zeros((4, 4), np.float32), np.ones((3, 3))).dtype == np.float32


def test_big_endian_read_only_and_reversed_arrays_are_read(rng):
    image = rng.integers(0, 1000, (6, 7)).astype(">i2")
    image.flags.writeable = False
    kernel = np.array([[1, 2, 1]])
    wanted = ops.convolve_each(image.astype(np.int16)[::-1].copy(), kernel)
    np.testing.assert_array_equal(ops.convolve_each(image[::-1], kernel), wanted)


def test_each_map_is_filtered_by_itself(rng):
    image, kernel = rng.standard_normal((2, 3, 6, 7)), rng.standard_normal((3, 3))
    whole = ops.convolve_each(image, kernel)
    for place in np.ndindex(2, 3):
        np.testing.assert_allclose(whole[place], ops.convolve_each(image[place], kernel), rtol=1e-12)


def test_answers_are_rounded_and_cut_to_the_type_that_is_asked_for():
    image = np.array([[0.5, 1.5, 2.5, -3.0, 300.0]])
    found = ops.convolve_each(image, [[1.0]], dtype="uint8")
    assert (found.dtype, found.tolist()) == (np.uint8, [[0, 2, 2, 0, 255]])
    far = ops.convolve_each(np.array([[1e20, -1e20]], np.float32), [[1.0]], dtype="int32")
    assert far[0, 0] > 2**31 - 200
    assert far[0, 1] == -(2**31)


@pytest.mark.parametrize(
    ("error", "text", "words"),
    [
        (ShapeError, "a window of 3 does not fit into a size of 2", {"image": np.zeros((1, 1, 2))}),
        (ShapeError, "the image has 2 channels, but the kernel is made for 1", {"image": np.zeros((1, 2, 5))}),
        (ShapeError, "cannot be shared out to 2 groups", {"groups": 2}),
        (SettingError, "groups should be a whole number from 1 on, not 0", {"groups": 0}),
        (SettingError, "stride should be a whole number from 1 on, not 0", {"stride": 0}),
        (SettingError, "stride (1, 2) is for 2 axes, but the kernel has 1", {"stride": (1, 2)}),
        (SettingError, "padding should be whole numbers from 0 on, not -1", {"padding": -1}),
        (SettingError, "padding should be a whole number, same or valid, not 'full'", {"padding": "full"}),
        (SettingError, "padding same needs a kernel that has a middle, and this one spans 2 samples",
         {"kernel": np.zeros((1, 1, 2)), "padding": "same"}),
        (SettingError, "which a stride of 2 does not", {"padding": "same", "stride": 2}),
        (UnknownName, "no border is called 'relfect'; did you mean 'reflect'", {"border": "relfect", "padding": 1}),
        (UnknownName, "no method is called 'fast'", {"method": "fast"}),
        (SettingError, "a kernel holds finite numbers", {"kernel": np.full((1, 1, 3), np.nan)}),
        (SettingError, "real numbers", {"image": np.zeros((1, 1, 5), complex)}),
        (ShapeError, "wants an image (batch, channels and 1 sizes)", {"image": np.zeros((1, 1, 1, 5))}),
        (ShapeError, "a bias for 1 kernels", {"bias": np.zeros(2)}),
        (SettingError, "has no bias and no groups", {"kernel": np.zeros(3), "groups": 2}),
    ],
)  # fmt: skip
def test_what_does_not_fit(error, text, words):
    given = {"image": np.zeros((1, 1, 5)), "kernel": np.ones((1, 1, 3))} | words
    with pytest.raises(error) as caught:
        ops.convolve(given.pop("image"), given.pop("kernel"), **given)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("border", ["zeros", "reflect", "symmetric", "replicate", "circular"])
def test_shifts_pass_through_only_where_the_border_is_circular(border, rng):
    image, kernel = rng.standard_normal((1, 1, 12)), rng.standard_normal((1, 1, 3))
    after = ops.convolve(np.roll(image, 4, -1), kernel, padding=1, border=border)
    before = np.roll(ops.convolve(image, kernel, padding=1, border=border), 4, -1)
    assert np.allclose(after, before) == (border == "circular")
