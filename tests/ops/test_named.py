import numpy as np
import pytest

from svertka.errors import SettingError, UnknownName
from svertka.ops import FILTERS, filtered, gaussian, kernel, named_filter


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_keeps_the_size_and_says_what_it_does(name, rng):
    image = rng.integers(0, 256, (2, 15, 16)).astype(np.uint8)
    assert filtered(image, name).shape == image.shape
    assert len(FILTERS[name].summary) > 10


@pytest.mark.parametrize("name", [name for name, row in FILTERS.items() if not row.planar])
@pytest.mark.parametrize("rank", [1, 3])
def test_filters_that_are_not_for_planes_alone_go_over_signals_and_volumes(name, rank, rng):
    image = rng.normal(size=(2, *(9,) * rank))
    found = filtered(image, name, rank=rank)
    assert found.shape == image.shape
    assert named_filter(name, rank=rank).rank == rank


@pytest.mark.parametrize("name", ["box", "gaussian", "gaussian-3x3", "sharpen", "identity"])
def test_kernels_that_keep_brightness_sum_to_one(name):
    assert kernel(name).sum() == pytest.approx(1, abs=1e-14)


def test_a_box_is_the_mean_of_its_samples(rng):
    image = rng.normal(size=(12, 13))
    assert filtered(image, "box", size=5)[6, 6] == pytest.approx(image[4:9, 4:9].mean())


def test_parameters_are_those_of_the_function(rng):
    image = rng.normal(size=(20, 20))
    np.testing.assert_array_equal(filtered(image, "gaussian", deviation=2.5), gaussian(image, 2.5))
    assert FILTERS["gaussian"].parameters == {"deviation": 1.0}
    assert FILTERS["sobel-left"].parameters == {}


def test_energy_does_not_depend_on_where_stripes_lie():
    x = np.arange(81)
    for shift in np.linspace(0, 3, 7):
        wave = np.tile(np.cos(2 * np.pi * (x + shift) / 8), (81, 1))
        assert filtered(wave, "gabor-energy", wavelength=8)[40, 40] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("name", "words", "error", "message"),
    [
        ("sobel-lft", {}, UnknownName, "no filter is called 'sobel-lft'; did you mean 'sobel-left'"),
        (
            "sobel-left",
            {"deviation": 3},
            SettingError,
            "the filter sobel-left has no deviation; it takes no parameters",
        ),
        ("gaussian", {"sigma": 3}, SettingError, "the filter gaussian has no sigma; it takes deviation"),
        ("gaussian", {"deviation": 0}, SettingError, "above 0, not 0"),
        ("box", {"size": 0}, SettingError, "size of a box should be 1 or more, not 0"),
        ("emboss", {"rank": 3}, SettingError, "the filter emboss is for planes, not for 3 axes"),
    ],
)
def test_wrong_names_and_parameters_are_said(name, words, error, message):
    with pytest.raises(error) as caught:
        named_filter(name, **words)
    assert message in str(caught.value)
