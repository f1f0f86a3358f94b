import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from svertka.errors import SettingError, ShapeError, UnknownName
from svertka.ops import BORDERS, convolve_each, custom_filter, gaussian, named_filter, pad

# Our borders in the words of scipy.ndimage.
SCIPY = {
    "zeros": "constant",
    "reflect": "mirror",
    "symmetric": "reflect",
    "replicate": "nearest",
    "circular": "grid-wrap",
}


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("deviation", [0.4, 1, 3])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_blurring_is_scipys(border, deviation, axes, rng):
    image = rng.normal(size=(17, 13, 15)[-axes:])
    found = gaussian(image, deviation, border=border, rank=axes)
    np.testing.assert_allclose(
        found, ndimage.gaussian_filter(image, deviation, mode=SCIPY[border]), rtol=1e-11, atol=1e-13
    )


@pytest.mark.parametrize("deviation", [28, 36])
def test_wide_blurs_are_right_whether_they_go_as_one_kernel_or_as_lines(deviation, rng):
    """Kernels of 225 and of 289 samples a side."""
    image = rng.normal(size=(300, 40))
    exact = ndimage.gaussian_filter(image, deviation, mode="mirror")
    np.testing.assert_allclose(gaussian(image, deviation), exact, rtol=1e-9, atol=1e-12)


def test_each_axis_may_have_its_own_deviation(rng):
    image = rng.normal(size=(20, 21))
    np.testing.assert_allclose(
        gaussian(image, (0.5, 3)), ndimage.gaussian_filter(image, (0.5, 3), mode="mirror"), rtol=1e-11
    )


@given(st.floats(0.2, 5), st.integers(1, 30), st.integers(1, 30))
def test_blurring_keeps_an_even_grey(deviation, height, width):
    found = gaussian(np.full((height, width), 7.25), deviation)
    np.testing.assert_allclose(found, 7.25, rtol=1e-13)


@given(st.floats(0.2, 5), st.integers(1, 30), st.integers(1, 30))
def test_blurring_keeps_the_mean_where_nothing_leaves_the_image(deviation, height, width):
    image = np.random.default_rng(height * 31 + width).random((height, width))
    for border in ("circular", "symmetric"):  # the borders whose weights come back to the image one to one
        assert gaussian(image, deviation, border=border).mean() == pytest.approx(image.mean(), rel=1e-12)


def test_two_blurs_are_one_of_the_root_of_the_sum_of_squares():
    point = np.zeros((101, 101))
    point[50, 50] = 1
    twice = gaussian(gaussian(point, 6), 8)
    np.testing.assert_allclose(twice, gaussian(point, 10), atol=1e-3 * twice.max())  # cut off at 4 deviations


def test_channels_and_batches_are_left_alone(rng):
    images = rng.normal(size=(2, 3, 9, 10))
    found = gaussian(images, 2)
    for place in np.ndindex(2, 3):
        np.testing.assert_allclose(found[place], gaussian(images[place], 2), rtol=1e-12)


def test_tensors_come_back_as_tensors():
    image = torch.rand(3, 12, 12)
    found = gaussian(image, 1.5)
    assert isinstance(found, torch.Tensor)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, torch.from_numpy(gaussian(image.numpy(), 1.5)))


def test_passes_along_the_axes_are_one_kernel(rng):
    image, blur = rng.normal(size=(20, 22)), named_filter("gaussian", deviation=1.3)
    np.testing.assert_allclose(blur(image), convolve_each(image, blur.kernel()), rtol=1e-11)
    assert blur.kernel().shape == blur.sizes == (11, 11)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", ["gaussian", "sobel", "emboss"])
def test_a_border_may_be_put_on_beforehand(border, name, rng):
    image, one = rng.normal(size=(12, 14)), named_filter(name)
    ready = pad(image, [one.reach[0], (0, 0)], border)
    np.testing.assert_allclose(one(ready, border=border, ready=1), one(image, border=border), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32"])
def test_whole_kernels_on_whole_images_are_exact(dtype):
    info = np.iinfo(dtype)
    image = np.random.default_rng(0).integers(info.min, info.max, (9, 9), dtype, endpoint=True)
    found = custom_filter([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])(image)
    exact = ndimage.correlate(image.astype(np.int64), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], mode="mirror")
    assert found.dtype.kind == "i"
    np.testing.assert_array_equal(found, exact)


def test_an_even_kernel_looks_forward():
    assert custom_filter([-1, 1])(np.array([1, 2, 4, 8]), border="replicate").tolist() == [1, 2, 4, 0]
    assert custom_filter([[1, 1], [1, 1]]).reach == ((0, 1), (0, 1))


def test_a_magnitude_is_the_root_of_the_sum_of_squares(rng):
    image = rng.integers(0, 65536, (20, 20)).astype(np.uint16)
    found = named_filter("sobel")(image)
    wide = image.astype(np.float64)
    exact = np.hypot(ndimage.sobel(wide, 0, mode="mirror"), ndimage.sobel(wide, 1, mode="mirror"))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, exact, rtol=1e-6)


def test_a_magnitude_is_no_kernel():
    with pytest.raises(SettingError, match="a magnitude of 2 kernels is no kernel itself"):
        named_filter("sobel").kernel()


def test_unknown_borders_and_too_few_axes_are_said():
    with pytest.raises(UnknownName, match="no border is called 'relfect'; did you mean 'reflect'"):
        gaussian(np.zeros((3, 3)), 1, border="relfect")
    with pytest.raises(ShapeError, match="2 axes cannot slide over an image of 1"):
        gaussian(np.zeros(9), 1)
