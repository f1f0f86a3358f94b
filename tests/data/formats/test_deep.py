import numpy as np
import pytest
from PIL import Image

from svertka.data.formats import read
from svertka.data.formats.deep import deep_colour


@pytest.mark.parametrize(("kind", "channels", "colour"), [("P5", 1, "grey"), ("P6", 3, "rgb")])
@pytest.mark.parametrize("largest", [65535, 4095])
def test_two_bytes_of_netpbm_stay_as_they_are(kind, channels, colour, largest, tmp_path, rng):
    numbers = rng.integers(0, largest + 1, (5, 7, channels), dtype=np.uint16)
    path = tmp_path / "deep.pnm"
    path.write_bytes(f"{kind}\n7 5\n{largest}\n".encode() + numbers.astype(">u2").tobytes())
    raster = read(path)
    np.testing.assert_array_equal(raster.pixels, np.moveaxis(numbers, -1, 0))
    assert (raster.pixels.dtype, raster.colour) == (np.uint16, colour)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_what_pillow_reads_as_it_is_is_left_to_it(mode, tmp_path):
    Image.new(mode, (3, 2)).save(tmp_path / "plain.png")
    with Image.open(tmp_path / "plain.png") as image:
        assert deep_colour(image) is None


@pytest.mark.parametrize(("mode", "channels"), [("L", 2), ("RGB", 4)])
def test_one_colour_that_stands_for_transparency_is_transparent(mode, channels, tmp_path):
    image = Image.new(mode, (2, 1), "white")
    clear = 255 if mode == "L" else (255, 255, 255)
    image.putpixel((0, 0), 7 if mode == "L" else (7, 7, 7))
    image.save(tmp_path / "clear.png", transparency=clear)
    pixels = read(tmp_path / "clear.png").pixels
    assert len(pixels) == channels
    assert pixels[-1].tolist() == [[255, 0]]
