import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.packed import Ending, lanes, together
from svertka.ops.packed_direct import Direct, direct


def test_a_product_of_one_row_is_the_vectors_dot_products():
    count, cin = together(1), 5
    x, weight = torch.randn(count, cin), torch.randn(1, 1, cin, lanes())
    bias, y = torch.randn(lanes()), torch.empty(count, lanes())
    places, zeros = torch.arange(count)[None] * cin, torch.zeros(cin)
    pointers = [one.data_ptr() for one in (x, places, weight, bias, y, y, zeros)]
    direct(1, Ending())(*pointers, 0, count, 0, 1, cin, lanes(), 1, count)
    torch.testing.assert_close(y, x @ weight[0, 0] + bias)


def test_functions_are_made_once_for_each_ending():
    assert direct(1, Ending()) is direct(1, Ending())
    assert direct(1, Ending()) is not direct(1, Ending(rectified=True))


def test_few_channels_are_read_a_row_of_the_kernel_at_a_time():
    assert Direct(torch.empty(32, 3, 7, 7), None).weight.shape[1:3] == (7, 21)  # taps, and numbers of each
    assert Direct(torch.empty(32, 32, 7, 7), None).weight.shape[1:3] == (49, 32)


@pytest.mark.parametrize(
    ("shape", "sizes", "taken"),
    [
        ((32, 32, 1, 1), (8, 8), True), ((32, 32, 1, 1), (1, 1), False), ((8, 32, 1, 1), (8, 8), lanes() <= 8),
        ((32, 3, 7, 7), (8, 8), True), ((32, 3, 1, 1), (8, 8), False),
    ],
)  # fmt: skip
def test_it_says_what_it_does_not_take(shape, sizes, taken):
    assert Direct.takes(torch.empty(shape), sizes) == taken
