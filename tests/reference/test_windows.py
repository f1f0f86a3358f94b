import numpy as np
import pytest
from hypothesis import given, settings

from reference.cases import convolutions
from svertka.errors import ShapeError
from svertka.reference.windows import windows, windows_backward


def of(case):
    """The image of a case, padded, and how its kernel slides."""
    image = np.pad(case.image, [(0, 0)] * 2 + list(case.settings["padding"]))
    return image, case.kernel.shape[2:], case.settings["stride"], case.settings["dilation"]


@settings(max_examples=50)
@given(convolutions())
def test_windows_hold_what_the_loops_find(case):
    image, kernel, stride, dilation = of(case)
    seen = windows(image, kernel, stride, dilation)
    for place in np.ndindex(*seen.shape[2 : 2 + case.rank]):
        for tap in np.ndindex(*kernel):
            read = [s * n + d * k for s, n, d, k in zip(stride, place, dilation, tap, strict=True)]
            np.testing.assert_array_equal(seen[:, :, *place, *tap], image[:, :, *read])


@settings(max_examples=200)
@given(convolutions())
def test_the_way_back_is_the_transpose(case):
    image, *slide = of(case)
    seen = windows(image, *slide)
    other = case.rng.standard_normal(seen.shape)
    back = windows_backward(other, image.shape[2:], *slide)
    np.testing.assert_allclose(np.vdot(other, seen), np.vdot(back, image), rtol=1e-10, atol=1e-10)


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ShapeError, match="a kernel that spans 5 does not fit into an image of 4, padding included"):
        windows(np.ones((1, 1, 4)), (3,), (1,), (2,))
