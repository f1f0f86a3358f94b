import pytest

from svertka import SettingError
from svertka.geometry import sides, times


@pytest.mark.parametrize(("sizes", "text"), [((7,), "7"), ((32, 48), "32x48"), ([1, 2, 3], "1x2x3"), ((), "")])
def test_sizes_in_words(sizes, text):
    assert times(sizes) == text


@pytest.mark.parametrize(
    ("size", "rank", "expected"),
    [
        (96, 1, (96,)),
        (96, 3, (96, 96, 96)),
        ("96", 2, (96, 96)),
        ("96x128", 2, (96, 128)),
        ((96,), 2, (96, 96)),
        ([4, 5, 6], 3, (4, 5, 6)),
    ],
)
def test_one_size_is_for_all_axes_and_several_are_for_each(size, rank, expected):
    assert sides(size, rank) == expected


@pytest.mark.parametrize("size", ["8x9", (8, 9), "1x2x3x4", ()])
def test_another_number_of_sizes_than_axes_is_refused(size):
    with pytest.raises(SettingError, match=r"is for \d axes, but the images have 3"):
        sides(size, 3)


def test_what_is_written_is_read():
    assert sides(times((3, 40, 5)), 3) == (3, 40, 5)
