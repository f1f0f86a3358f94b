import numpy as np
import pytest
from PIL import Image

from svertka.data.formats import Opening
from svertka.data.windows import opened
from svertka.errors import DataError


def test_other_formats_are_decoded_whole(tmp_path, rng):
    pixels = rng.integers(0, 256, (37, 41, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    with opened(tmp_path / "x.png") as source:
        assert (source.channels, source.sizes, source.colour) == (3, (37, 41), "rgb")
        found = source.read((slice(3, 9), slice(30, 41)))
        np.testing.assert_array_equal(found, pixels.transpose(2, 0, 1)[:, 3:9, 30:])
        found[:] = 0
        assert source.read((slice(3, 9), slice(30, 41))).any()


def test_what_is_decoded_whole_has_a_limit(tmp_path):
    Image.new("L", (20, 20)).save(tmp_path / "x.png")
    with pytest.raises(DataError, match=r"x\.png: it has 400 pixels and the limit is 399"):
        opened(tmp_path / "x.png", opening=Opening(max_pixels=399))
