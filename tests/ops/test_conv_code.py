import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.conv_code import PRODUCTS, TILE, Ending, depthwise, direct, lanes, together, winograd


def test_functions_are_made_once_for_each_kind():
    assert direct(1, Ending()) is direct(1, Ending())
    assert direct(1, Ending()) is not direct(1, Ending(rectified=True))
    assert depthwise(9, Ending()) is depthwise(9, Ending())
    assert winograd(2, Ending(second=True)) is winograd(2, Ending(second=True))


def test_sums_and_weights_fit_the_registers():
    registers = 32 if lanes() == 16 else 16
    for vectors in (1, 2, 3, 4):
        assert together(vectors) * vectors + vectors <= registers


def test_a_product_of_one_row_is_the_vectors_dot_products():
    count, cin = together(1), 5
    x, weight = torch.randn(count, cin), torch.randn(1, 1, cin, lanes())
    bias, y = torch.randn(lanes()), torch.empty(count, lanes())
    places, zeros = torch.arange(count)[None] * cin, torch.zeros(cin)
    pointers = [one.data_ptr() for one in (x, places, weight, bias, y, y, zeros)]
    direct(1, Ending())(*pointers, 0, count, 0, 1, cin, lanes(), 1, count)
    torch.testing.assert_close(y, x @ weight[0, 0] + bias)


def test_a_tile_reads_and_writes_its_places():
    assert (PRODUCTS, TILE) == (36, 52)
