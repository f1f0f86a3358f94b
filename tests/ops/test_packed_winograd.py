import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.packed import Ending
from svertka.ops.packed_winograd import Winograd, form_for, winograd
from svertka.ops.winograd import FOUR, TWO


def test_functions_are_made_once_for_each_form_and_ending():
    assert winograd(FOUR, 2, Ending(second=True)) is winograd(FOUR, 2, Ending(second=True))
    assert winograd(FOUR, 2, Ending(second=True)) is not winograd(FOUR, 2, Ending())
    assert winograd(FOUR, 2, Ending()) is not winograd(TWO, 2, Ending())


@pytest.mark.parametrize(
    ("sizes", "images", "form"),
    [((56, 56), 1, FOUR), ((14, 14), 1, FOUR), ((7, 7), 1, TWO), ((7, 7), 16, FOUR), ((4, 4), 1, TWO)],
)
def test_small_planes_have_the_form_with_fewer_weights(sizes, images, form):
    assert form_for(sizes, images) is form


@pytest.mark.parametrize(
    ("shape", "sizes", "taken"),
    [
        ((32, 32, 3, 3), (8, 8), True), ((32, 32, 3, 3), (3, 8), False), ((32, 32, 5, 5), (8, 8), False),
        ((32, 3, 3, 3), (8, 8), False), ((3, 32, 3, 3), (8, 8), False),
    ],
)  # fmt: skip
def test_it_says_what_it_does_not_take(shape, sizes, taken):
    assert Winograd.takes(torch.empty(shape), sizes) == taken
