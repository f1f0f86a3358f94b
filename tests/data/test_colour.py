import numpy as np
import pytest
from PIL import Image

from svertka import DataError
from svertka.data.colour import to_grey, to_rgb, widest, without_loss
from svertka.data.rasters import Raster

MODES = {"grey": "L", "grey+alpha": "LA", "rgb": "RGB", "rgb+alpha": "RGBA", "cmyk": "CMYK"}
CHANNELS = {"grey": 1, "grey+alpha": 2, "rgb": 3, "rgb+alpha": 4, "cmyk": 4}
EACH = pytest.mark.parametrize("colour", MODES)


def raster(rng, colour, dtype=np.uint8):
    sizes = (CHANNELS[colour], 6, 5)
    pixels = rng.random(sizes) if dtype is float else rng.integers(0, np.iinfo(dtype).max, sizes, endpoint=True)
    return Raster(pixels.astype(dtype), colour)


def pillow(image, mode):
    """The same pixels in Pillow's hands, turned by Pillow."""
    last = np.moveaxis(image.pixels, 0, -1)
    picture = Image.fromarray(last[..., 0] if last.shape[-1] == 1 else last, mode=None)
    if image.colour == "cmyk":
        picture = Image.frombytes("CMYK", (last.shape[1], last.shape[0]), last.tobytes())
    return np.atleast_3d(np.asarray(picture.convert(mode)))


@EACH
def test_colours_are_pillows(rng, colour):
    image = raster(rng, colour)
    found = np.moveaxis(to_rgb(image), 0, -1).astype(int)
    assert np.abs(found - pillow(image, "RGB")).max() <= (1 if colour == "cmyk" else 0)


@pytest.mark.parametrize("colour", ["grey", "grey+alpha", "rgb", "rgb+alpha"])
def test_brightness_is_pillows(rng, colour):
    image = raster(rng, colour)
    found = np.moveaxis(to_grey(image), 0, -1).astype(int)
    assert np.abs(found - pillow(image, "L")).max() <= 1  # Pillow rounds its coefficients to 16 bits


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_depth_is_kept(rng, dtype):
    image = raster(rng, "rgb", float if dtype is np.float32 else dtype)
    image = Raster(image.pixels.astype(dtype), "rgb")
    red, green, blue = image.pixels.astype(float)
    expected = 0.299 * red + 0.587 * green + 0.114 * blue
    assert to_grey(image).dtype == to_rgb(image).dtype == dtype
    np.testing.assert_allclose(to_grey(image)[0], expected, atol=0.5 if dtype is np.uint16 else 1e-6)


def test_ink_of_sixteen_bits_becomes_light():
    ink = np.array([0, 65535, 0, 0], np.uint16).reshape(4, 1, 1)
    assert to_rgb(Raster(ink, "cmyk")).ravel().tolist() == [65535, 0, 65535]
    black = np.array([0, 0, 0, 65535], np.uint16).reshape(4, 1, 1)
    assert not to_rgb(Raster(black, "cmyk")).any()


@pytest.mark.parametrize("turn", [to_rgb, to_grey])
def test_channels_of_no_known_colour_are_not_turned(turn):
    with pytest.raises(DataError, match="its 5 channels have no known colours"):
        turn(Raster(np.zeros((5, 2, 2)), "channels"))


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        (["grey"], "keep"),
        (["rgb+alpha"] * 3, "keep"),
        (["channels", "channels"], "keep"),
        (["grey", "grey+alpha"], "grey"),
        (["grey", "rgb"], "rgb"),
        (["rgb", "rgb+alpha", "cmyk"], "rgb"),
    ],
)
def test_the_model_that_all_turn_to(colours, expected):
    assert widest(colours) == expected


def opaque(rng, colour):
    image = raster(rng, colour)
    image.pixels[-1] = 255
    return image


def test_what_loses_nothing_is_turned(rng):
    grey = raster(rng, "grey")
    np.testing.assert_array_equal(without_loss(grey, "rgb", 3), np.repeat(grey.pixels, 3, 0))
    np.testing.assert_array_equal(without_loss(Raster(np.repeat(grey.pixels, 3, 0), "rgb"), "grey", 1), grey.pixels)
    clear = opaque(rng, "rgb+alpha")
    np.testing.assert_array_equal(without_loss(clear, "rgb", 3), clear.pixels[:3])
    clear = opaque(rng, "grey+alpha")
    np.testing.assert_array_equal(without_loss(clear, "grey", 1), clear.pixels[:1])
    same = raster(rng, "cmyk")
    assert without_loss(same, "cmyk", 4) is same.pixels
    unnamed = Raster(raster(rng, "rgb").pixels, "channels")
    assert without_loss(unnamed, "rgb", 3) is unnamed.pixels


@pytest.mark.parametrize(
    ("colour", "wanted", "channels", "said"),
    [
        (
            "rgb",
            "grey",
            1,
            r"it has 3 channels \(rgb\), .* on 1 channel \(grey\); turn it with --colour grey",
        ),
        ("rgb+alpha", "rgb", 3, r"4 channels \(rgb\+alpha\).* --colour rgb"),
        ("grey+alpha", "grey", 1, r"2 channels \(grey\+alpha\)"),
        ("cmyk", "rgb", 3, r"4 channels \(cmyk\).* --colour rgb"),
        ("rgb", "channels", 5, r"3 channels \(rgb\), but this network was trained on 5 channels$"),
        ("grey", "cmyk", 4, r"1 channel \(grey\), but .* 4 channels \(cmyk\)$"),
    ],
)
def test_what_would_lose_something_is_refused(rng, colour, wanted, channels, said):
    with pytest.raises(DataError, match=said):
        without_loss(raster(rng, colour), wanted, channels)


def test_transparency_of_floats_is_opaque_at_one():
    pixels = np.stack([np.full((2, 2), 0.5), np.ones((2, 2))])
    assert without_loss(Raster(pixels, "grey+alpha"), "grey", 1).shape == (1, 2, 2)
    with pytest.raises(DataError):
        without_loss(Raster(pixels * 0.99, "grey+alpha"), "grey", 1)
