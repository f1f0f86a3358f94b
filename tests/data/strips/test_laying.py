import numpy as np
import pytest

from svertka.data.strips import Form
from svertka.data.strips.laying import lay, lengths, natural


@pytest.mark.parametrize("axes", ["CDHW", "DCHW", "DHWC"])
@pytest.mark.parametrize("step", [1, 3, 7])
def test_rows_lie_where_they_belong(tmp_path, rng, axes, step):
    pixels = rng.integers(0, 256, (4, 3, 7, 5)).astype(np.int32)  # pages, channels, rows, width
    form = Form(3, (4, 7, 5), pixels.dtype, "channels")
    (tmp_path / "x").write_bytes(b"head")
    blocks = [pixels[page : page + 1, :, row : row + step] for page in range(4) for row in range(0, 7, step)]
    lay(tmp_path / "x", 4, form, axes, np.dtype(">i4"), blocks)
    found = np.fromfile(tmp_path / "x", ">i4", offset=4).reshape(lengths(form, axes))
    np.testing.assert_array_equal(found.transpose([axes.index(axis) for axis in "DCHW"]), pixels)


def test_blocks_may_be_whole_pages(tmp_path, rng):
    pixels = rng.integers(0, 256, (4, 3, 7, 5)).astype(np.uint8)
    (tmp_path / "x").write_bytes(b"")
    lay(tmp_path / "x", 0, Form(3, (4, 7, 5), pixels.dtype, "rgb"), "DHWC", pixels.dtype, [pixels[:3], pixels[3:]])
    found = np.fromfile(tmp_path / "x", np.uint8).reshape(4, 7, 5, 3)
    np.testing.assert_array_equal(np.moveaxis(found, -1, 1), pixels)


@pytest.mark.parametrize(
    ("channels", "sizes", "colour", "axes"),
    [
        (1, (9,), "grey", "W"),
        (2, (9,), "channels", "CW"),
        (1, (7, 9), "grey", "HW"),
        (3, (7, 9), "rgb", "HWC"),
        (2, (7, 9), "grey+alpha", "HWC"),
        (5, (7, 9), "channels", "CHW"),
        (5, (2, 7, 9), "channels", "DCHW"),
        (3, (2, 7, 9), "rgb", "DHWC"),
    ],
)
def test_colours_stand_behind_and_other_channels_in_front(channels, sizes, colour, axes):
    form = Form(channels, sizes, np.dtype("u1"), colour)
    assert natural(form) == axes
    assert np.prod(lengths(form, axes)) == channels * np.prod(sizes)
