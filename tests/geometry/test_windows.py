import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from svertka import ShapeError
from svertka.geometry import Window

WINDOWS = st.builds(Window, st.integers(1, 9), st.integers(1, 5), st.integers(0, 4), st.integers(1, 4))


def landings(window, size):
    """Where the window may start, counted one by one."""
    starts = range(-window.padding, size + window.padding, window.stride)
    reach = window.dilation * (window.kernel - 1)
    return [start for start in starts if start + reach < size + window.padding]


@given(WINDOWS, st.integers(1, 60))
def test_outputs_are_the_places_where_the_window_fits(window, size):
    count = len(landings(window, size))
    if count:
        assert window.out(size) == count
    else:
        with pytest.raises(ShapeError):
            window.out(size)


@given(WINDOWS, st.integers(1, 60))
def test_torch_agrees(window, size):
    conv = nn.Conv1d(
        1, 1, window.kernel, stride=window.stride, padding=window.padding, dilation=window.dilation, device="meta"
    )
    if size + 2 * window.padding >= window.span:
        assert conv(torch.empty(1, 1, size, device="meta")).shape[-1] == window.out(size)


def test_one_output_sees_its_span():
    assert Window(3, dilation=4).span == 9
    assert Window(1, dilation=4).span == 1


def test_the_message_says_what_does_not_fit():
    with pytest.raises(ShapeError, match=r"a window of 9 does not fit into a size of 4 padded by 2 on each side"):
        Window(5, padding=2, dilation=2).out(4)
    with pytest.raises(ShapeError, match=r"a window of 5 does not fit into a size of 4$"):
        Window(5).out(4)
