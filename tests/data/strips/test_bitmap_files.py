import sys

import numpy as np
import pytest

from svertka.data.formats import read
from svertka.data.strips import Form, write
from svertka.data.strips.bitmap_files import BY_ENDING, COLOURS, HOLDS, held
from svertka.errors import DataError, MissingExtra

CHANNELS = {"grey": 1, "grey+alpha": 2, "rgb": 3, "rgb+alpha": 4, "cmyk": 4}
CASES = [
    (ending, colour, dtype)
    for ending, kind in BY_ENDING.items()
    for dtype, colours in zip(("uint8", "uint16"), HOLDS[kind], strict=True)
    for colour in colours
]


def image(rng, colour, dtype):
    pixels = rng.integers(0, np.iinfo(dtype).max, (1, CHANNELS[colour], 16, 24), dtype, endpoint=True)
    return Form(CHANNELS[colour], (16, 24), np.dtype(dtype), colour), pixels


@pytest.mark.parametrize(("ending", "colour", "dtype"), CASES)
def test_what_is_written_is_read_again(tmp_path, rng, ending, colour, dtype):
    form, pixels = image(rng, colour, dtype)
    if BY_ENDING[ending] == "JPEG":
        pixels = np.zeros_like(pixels) + np.linspace(60, 180, 24).astype(dtype)  # it loses little where little changes
    write(tmp_path / f"x{ending}", form, [pixels[:, :, :5], pixels[:, :, 5:]])
    found = read(tmp_path / f"x{ending}")
    if ending == ".webp" and colour == "grey":
        found = type(found)(found.pixels[:1], "grey")  # it knows colours only
    assert found.colour == colour
    assert found.pixels.dtype == dtype
    np.testing.assert_allclose(found.pixels, pixels[0], atol=4 if BY_ENDING[ending] == "JPEG" else 0)


@pytest.mark.parametrize("ending", BY_ENDING)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("colour", [*COLOURS, "channels"])
def test_what_would_lose_something_is_refused_before_anything_is_done(tmp_path, ending, dtype, colour):
    form = Form(CHANNELS.get(colour, 5), (6, 7), np.dtype(dtype), colour)
    if held(form, ending):
        return
    with pytest.raises(DataError, match=rf"x{ending} cannot hold .* of {dtype}, 6x7; write \.tif or \.npy instead"):
        write(tmp_path / f"x{ending}", form, iter(lambda: pytest.fail("it was begun"), None))
    assert list(tmp_path.iterdir()) == []


def test_pages_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot hold 1 channel"):
        write(tmp_path / "x.png", Form(1, (3, 6, 7), np.dtype("u1"), "grey"), [])


def test_what_is_missing_for_deep_colours_is_said(tmp_path, rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    form, pixels = image(rng, "rgb", "uint16")
    with pytest.raises(MissingExtra, match="16 bits needs imagecodecs"):
        write(tmp_path / "x.png", form, [pixels])
