import numpy as np
import pytest
from scipy import ndimage

from svertka.errors import SettingError, ShapeError
from svertka.ops import convolve_each, kernel, rank, separate
from svertka.ops.kernels import PLANES, SMOOTHING, checked, derivative, identity, laplacian, plane

# As lectures and Victor Powell's "Image Kernels, explained visually" print them.
PRINTED = {
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "sobel-left": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "sobel-right": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel-top": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
    "sobel-bottom": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}


@pytest.mark.parametrize("name", PRINTED)
def test_kernels_are_those_of_the_lectures(name):
    assert kernel(name).tolist() == PRINTED[name]
    assert kernel(name).dtype.kind == "i"


def test_the_small_gaussian_is_a_sixteenth_of_whole_numbers():
    assert (kernel("gaussian-3x3") * 16).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


@pytest.mark.parametrize("name", [name for name in PLANES if name.startswith("sobel")])
def test_sobel_is_a_smoothing_times_a_difference(name):
    assert rank(plane(name)) == 1
    lines = sorted(sorted(map(abs, line.tolist())) for line in separate(plane(name)).terms[0])
    assert lines == [[0, 1, 1], [1, 1, 2]]


@pytest.mark.parametrize("name", ["sobel-left", "sobel-top", "outline", "laplacian"])
def test_kernels_of_edges_are_zero_on_an_even_grey(name):
    assert not convolve_each(np.full((6, 7), 200, np.uint8), kernel(name)).any()


def test_differences_find_the_slopes_of_a_ramp():
    y, x = np.indices((6, 7))
    ramp = 3 * x + 5 * y
    inside = np.s_[1:-1, 1:-1]
    assert (
        convolve_each(ramp, plane("sobel-right"))[inside] == 8 * 3
    ).all()  # [1, 2, 1] sums to 4, and [−1, 0, 1] to 2
    assert (convolve_each(ramp, plane("sobel-bottom"))[inside] == 8 * 5).all()
    assert not convolve_each(ramp, laplacian())[inside].any()


def test_the_laplacian_of_a_paraboloid_is_the_sum_of_its_second_derivatives():
    y, x = np.indices((6, 7))
    assert (convolve_each(x**2 + 3 * y**2, laplacian())[1:-1, 1:-1] == 2 + 6).all()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_laplacian_is_scipys_at_any_rank(axes, rng):
    image = rng.integers(-99, 99, (6,) * axes)
    np.testing.assert_array_equal(convolve_each(image, laplacian(axes)), ndimage.laplace(image, mode="mirror"))


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize(("name", "peer"), [("sobel", ndimage.sobel), ("prewitt", ndimage.prewitt)])
def test_derivatives_are_scipys_at_any_rank(axes, name, peer, rng):
    image = rng.integers(-99, 99, (6,) * axes)
    for axis in range(axes):
        found = convolve_each(image, derivative(name, axis, axes))
        np.testing.assert_array_equal(found, peer(image, axis, mode="mirror"))


def test_scharrs_smoothing_turns_with_the_image_better_than_sobels(rng):
    """The gradient of a wave must not depend on its direction."""
    y, x = np.indices((41, 41)) - 20
    spread = {}
    for name in SMOOTHING:
        sizes = []
        for angle in np.radians(range(0, 91, 5)):
            wave = np.sin(0.5 * (x * np.cos(angle) + y * np.sin(angle)))
            answers = [(wave[19:22, 19:22] * derivative(name, axis)).sum() for axis in (0, 1)]
            sizes.append(np.hypot(*answers) / sum(SMOOTHING[name]))
        spread[name] = max(sizes) / min(sizes)
    assert spread["scharr"] < spread["sobel"] < spread["prewitt"]


def test_the_identity_changes_nothing(rng):
    image = rng.integers(0, 255, (4, 5, 6))
    np.testing.assert_array_equal(convolve_each(image, identity(3)), image)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([[1, 2], [3]], ShapeError, "not equally long"),
        ([["a"]], SettingError, "real numbers"),
        ([[1j]], SettingError, "real numbers, not complex"),
        (3, ShapeError, r"not the shape \(\)"),
        (np.ones((1, 1, 1, 1)), ShapeError, "1 to 3 axes"),
        ([[]], ShapeError, r"not the shape \(1, 0\)"),
        ([[1, np.nan, np.inf]], SettingError, "2 numbers of the kernel are NaN or infinite"),
    ],
)
def test_what_is_no_kernel_is_refused(values, error, words):
    with pytest.raises(error, match=words):
        checked(values)
