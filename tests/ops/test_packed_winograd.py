import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.packed import Ending
from svertka.ops.packed_winograd import PRODUCTS, TILE, Winograd, winograd


def test_a_tile_reads_and_writes_its_places():
    assert (PRODUCTS, TILE) == (36, 52)


def test_functions_are_made_once_for_each_ending():
    assert winograd(2, Ending(second=True)) is winograd(2, Ending(second=True))
    assert winograd(2, Ending(second=True)) is not winograd(2, Ending())


@pytest.mark.parametrize(
    ("shape", "sizes", "taken"),
    [
        ((32, 32, 3, 3), (8, 8), True), ((32, 32, 3, 3), (3, 8), False), ((32, 32, 5, 5), (8, 8), False),
        ((32, 3, 3, 3), (8, 8), False), ((3, 32, 3, 3), (8, 8), False),
    ],
)  # fmt: skip
def test_it_says_what_it_does_not_take(shape, sizes, taken):
    assert Winograd.takes(torch.empty(shape), sizes) == taken
