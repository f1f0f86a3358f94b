import numpy as np
import pytest

from svertka.data.strips import Form
from svertka.errors import SettingError, ShapeError, UnknownName
from svertka.filtering.choosing import PARAMETERS, check, chosen
from svertka.ops import FILTERS
from svertka.settings import FilterSettings


def form(*sizes):
    return Form(1, sizes, np.dtype("u1"), "grey")


@pytest.mark.parametrize(
    ("sizes", "space", "rank"),
    [
        ((9,), "auto", 1), ((9, 9), "auto", 2), ((9, 9, 9), "auto", 2), ((9, 9, 9), "volume", 3), ((9, 9), "line", 1),
        ((9, 9, 9), "plane", 2),
    ],
)  # fmt: skip
def test_pages_are_filtered_unless_it_is_said_otherwise(sizes, space, rank):
    assert chosen("gaussian", FilterSettings(space=space), form(*sizes)).rank == rank


def test_numbers_are_a_kernel():
    assert chosen([[1, 2]], FilterSettings(), form(9, 9)).kernel().tolist() == [[1, 2]]
    assert chosen([[1, 2]], FilterSettings(), form(9)).kernel().tolist() == [1, 2]
    assert chosen(np.ones((3, 3, 3)), FilterSettings(), form(9, 9, 9)).rank == 3


def test_parameters_that_are_said_reach_the_filter():
    assert chosen("box", FilterSettings(size=5), form(9, 9)).sizes == (5, 5)
    assert {name for row in FILTERS.values() for name in row.parameters} == set(PARAMETERS)
    assert set(PARAMETERS) <= set(FilterSettings.model_fields)


@pytest.mark.parametrize(
    ("what", "settings", "error", "words"),
    [
        ("blurr", {}, UnknownName, "no filter is called 'blurr'"),
        ("sobel-left", {"deviation": 3}, SettingError, "the filter sobel-left has no deviation"),
        ("emboss", {"space": "volume"}, SettingError, "emboss is for planes, not for 3 axes"),
        ([[1, np.inf]], {}, SettingError, "1 numbers of the kernel are NaN or infinite"),
    ],
)
def test_what_is_wrong_is_said_before_a_file_is_opened(what, settings, error, words):
    with pytest.raises(error, match=words):
        check(what, FilterSettings(**settings))


@pytest.mark.parametrize(
    ("what", "settings", "sizes", "error", "words"),
    [
        ("gaussian", {"space": "volume"}, (9, 9), ShapeError, "it has 2 axes, and a volume has 3"),
        ([[1, 1], [1, 1]], {}, (9,), ShapeError, "a kernel of 2 axes does not go over 1 of an image of 1"),
        ([[1, 1]], {"space": "volume"}, (9, 9, 9), ShapeError, "a kernel of 2 axes does not go over 3"),
        ([[1, 1]], {"deviation": 2}, (9, 9), SettingError, "a kernel of numbers has no deviation"),
    ],
)
def test_what_does_not_fit_the_image_is_said(what, settings, sizes, error, words):
    with pytest.raises(error, match=words):
        chosen(what, FilterSettings(**settings), form(*sizes))
