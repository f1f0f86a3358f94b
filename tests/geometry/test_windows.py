import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from svertka import ShapeError
from svertka.errors import SettingError
from svertka.geometry import Window, each, output_size, receptive_field, windows

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


@given(st.lists(WINDOWS, min_size=1, max_size=4))
def test_a_chain_of_windows_sees_what_it_is_found_to_see(layers):
    seen = {0}
    for window in reversed(layers):
        first = -window.padding
        seen = {first + place * window.stride + tap * window.dilation for place in seen for tap in range(window.kernel)}
    size, jump, start = receptive_field(layers)
    assert (min(seen), max(seen) - min(seen) + 1) == (start, size)
    assert jump == torch.tensor([window.stride for window in layers]).prod()


def test_small_windows_one_after_another_see_as_much_as_a_large_one():
    assert receptive_field([Window(3)] * 2)[0] == 5
    assert receptive_field([Window(3)] * 3)[0] == 7
    assert receptive_field([Window(3), Window(2, 2), Window(3), Window(2, 2)]) == (10, 4, 0)


@given(WINDOWS, st.integers(1, 9))
def test_same_keeps_the_size_where_the_kernel_has_a_middle(window, size):
    if window.span % 2:
        (found,) = windows([window.kernel], padding="same", dilation=window.dilation)
        assert found.out(size) == size
    else:
        with pytest.raises(SettingError, match="padding same needs a kernel that has a middle"):
            windows([window.kernel], padding="same", dilation=window.dilation)


def test_sizes_come_as_they_went():
    assert output_size(28, 3) == 26
    assert output_size((28, 20), 3, padding=((1, 0), 2)) == (27, 22)
    assert output_size(26, (2, 3), stride=2) == (13, 12)


def test_what_is_given_once_holds_for_every_axis():
    assert each("stride", 2, 3, least=1) == (2, 2, 2)
    assert windows((3, 5), stride=(1, 2), padding=1) == (Window(3, 1, (1, 1)), Window(5, 2, (1, 1)))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"kernel": (3, 0)}, "a kernel needs at least one value along every axis, not 3x0"),
        ({"stride": (1, 2, 3)}, r"stride \(1, 2, 3\) is for 3 axes, but the kernel has 2"),
        ({"stride": 0.5}, "stride should be a whole number from 1 on, not 0.5"),
        ({"padding": (1, 2, 3)}, "is for 3 axes, but the kernel has 2"),
        ({"padding": ((1, 2, 3), 0)}, "padding should be whole numbers from 0 on"),
        ({"padding": "full"}, "same or valid, not 'full'"),
    ],
)
def test_what_no_window_can_be(words, text):
    given = {"kernel": (3, 3)} | words
    with pytest.raises(SettingError, match=text):
        windows(given.pop("kernel"), **given)
