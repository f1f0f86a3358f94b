import struct
import sys
import tempfile
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from reference.png import chunk, header, png
from svertka.data.formats import Opening, bitmaps, peek, read
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (7, 11), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (7, 11, 4), dtype=np.uint8)
DEEP = RNG.integers(0, 2**16, (7, 11, 4), dtype=np.uint16)
BITS = GREY > 100
TABLE = RNG.integers(0, 256, (256, 3), dtype=np.uint8)
CLEAR = RNG.integers(0, 256, 256, dtype=np.uint8)
LOOKED_UP = np.dstack([TABLE[GREY], CLEAR[GREY]])
BILEVEL = np.where(BITS, 255, 0).astype(np.uint8)
COLOURS = {1: "grey", 2: "grey+alpha", 3: "rgb", 4: "rgb+alpha"}

# ending, pixels to save, how, and what should be found
LOSSLESS = {
    "png 1": ("png", BITS, {}, BILEVEL),
    "png L": ("png", GREY, {}, GREY),
    "png LA": ("png", COLOUR[..., :2], {}, COLOUR[..., :2]),
    "png RGB": ("png", COLOUR[..., :3], {}, COLOUR[..., :3]),
    "png RGBA": ("png", COLOUR, {}, COLOUR),
    "png P": ("png", "palette", {}, LOOKED_UP[..., :3]),
    "png P, clear": ("png", "palette", {"transparency": CLEAR.tobytes()}, LOOKED_UP),
    "png 16 bits": ("png", DEEP[..., 0], {}, DEEP[..., 0]),
    "webp RGB": ("webp", COLOUR[..., :3], {"lossless": True}, COLOUR[..., :3]),
    "webp RGBA": ("webp", COLOUR, {"lossless": True, "exact": True}, COLOUR),
    "bmp 1": ("bmp", BITS, {}, BILEVEL),
    "bmp L": ("bmp", GREY, {}, GREY),
    "bmp P": ("bmp", "palette", {}, LOOKED_UP[..., :3]),
    "bmp RGB": ("bmp", COLOUR[..., :3], {}, COLOUR[..., :3]),
    "gif P": ("gif", "palette", {}, LOOKED_UP[..., :3]),
    "pgm 1": ("pgm", BITS, {}, BILEVEL),
    "pgm L": ("pgm", GREY, {}, GREY),
    "ppm RGB": ("ppm", COLOUR[..., :3], {}, COLOUR[..., :3]),
}
LOSSY = {
    "jpg L": ("jpg", GREY, {}, None),
    "jpg RGB": ("jpeg", COLOUR[..., :3], {}, None),
    "jpg CMYK": ("jpg", "inks", {}, None),
    "webp lossy": ("webp", COLOUR[..., :3], {}, None),
    "gif L": ("gif", GREY, {}, None),
    "gif, clear": ("gif", "palette", {"transparency": 3}, None),
}
# what stands before the data of a PNG of 16 bits and so many channels
DEEPER = {
    "grey+alpha": (2, b""),
    "rgb": (3, b""),
    "rgb+alpha": (4, b""),
    "turned": (3, chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")),
    "one colour clear": (3, chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))),
}


def picture(what):
    if isinstance(what, np.ndarray):
        return Image.fromarray(what)
    if what == "inks":
        return Image.frombytes("CMYK", (11, 7), COLOUR.tobytes())
    indexed = Image.frombytes("P", (11, 7), GREY.tobytes())
    indexed.putpalette(TABLE.tobytes())
    return indexed


def saved(folder, case):
    ending, what, how, _ = case
    picture(what).save(folder / f"ein Bild äöü.{ending}", **how)
    return folder / f"ein Bild äöü.{ending}"


def deep(folder, case):
    channels, before = case
    (folder / "deep.png").write_bytes(png(DEEP[..., :channels], before=before))
    return folder / "deep.png"


def first(pixels):
    """Channels first."""
    return np.moveaxis(np.atleast_3d(pixels), -1, 0)


@pytest.mark.parametrize("case", LOSSLESS.values(), ids=LOSSLESS)
def test_every_kind_keeps_its_pixels(tmp_path, case):
    found, wanted = read(saved(tmp_path, case)), first(case[3])
    np.testing.assert_array_equal(found.pixels, wanted)
    assert (found.pixels.dtype, found.colour) == (wanted.dtype, COLOURS[len(wanted)])


@pytest.mark.parametrize("case", (LOSSLESS | LOSSY).values(), ids=LOSSLESS | LOSSY)
def test_peek_agrees_with_read(tmp_path, case):
    path = saved(tmp_path, case)
    assert peek(path) == read(path).header


@pytest.mark.parametrize("case", DEEPER.values(), ids=DEEPER)
def test_peek_agrees_with_read_where_several_channels_have_16_bits(tmp_path, case):
    path = deep(tmp_path, case)
    assert peek(path) == read(path).header


def test_peek_decodes_nothing(tmp_path, monkeypatch):
    path = saved(tmp_path, LOSSLESS["png RGB"])
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("it was decoded"))
    assert peek(path).sizes == (7, 11)


@given(arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=9)))
@settings(deadline=None, max_examples=25)
def test_sixteen_bits_stay_sixteen_bits(pixels):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.png"
        path.write_bytes(png(pixels[..., None]))
        found = read(path).pixels
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found[0], pixels)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_sixteen_bits_stay_sixteen_bits_in_every_channel(tmp_path, channels):
    found = read(deep(tmp_path, (channels, b"")))
    np.testing.assert_array_equal(found.pixels, first(DEEP[..., :channels]))
    assert found.header.dtype == "uint16"


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_few_bits_of_grey_go_from_black_to_white(tmp_path, depth):
    steps = np.arange(2**depth, dtype=np.uint8)
    (tmp_path / "x.png").write_bytes(png(steps[None, :, None], depth=depth))
    np.testing.assert_array_equal(read(tmp_path / "x.png").pixels[0, 0], steps * (255 // (2**depth - 1)))


@pytest.mark.parametrize(("magic", "channels", "top"), [("P5", 1, 65535), ("P5", 1, 4095), ("P6", 3, 65535)])
def test_the_numbers_of_a_deep_netpbm_stay(tmp_path, magic, channels, top):
    pixels = DEEP[..., :channels] & top
    (tmp_path / "x.pnm").write_bytes(f"{magic} 11 7 {top}\n".encode() + pixels.astype(">u2").tobytes())
    found = read(tmp_path / "x.pnm").pixels
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, first(pixels))


def test_inks_stay_inks(tmp_path):
    inks = np.broadcast_to(np.array([200, 30, 90, 10], np.uint8), (16, 16, 4))
    Image.frombytes("CMYK", (16, 16), inks.tobytes()).save(tmp_path / "x.jpg", quality=100)
    found = read(tmp_path / "x.jpg")
    assert found.colour == "cmyk"
    np.testing.assert_allclose(found.pixels, first(inks).astype(float), atol=2)


# How what is stored becomes what is seen, after the EXIF standard (CIPA DC-008), tag Orientation.
SEEN = {
    1: lambda x: x,
    2: np.fliplr,
    3: lambda x: x[::-1, ::-1],
    4: np.flipud,
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x, 1),
}


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("ending", ["png", "webp", "jpg"])
def test_images_are_upright(tmp_path, orientation, ending):
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {} if ending != "webp" else {"lossless": True}
    stored = picture(COLOUR[..., :3])
    stored.save(tmp_path / f"plain.{ending}", **how)
    stored.save(tmp_path / f"tagged.{ending}", exif=exif, **how)
    wanted = SEEN[orientation](np.moveaxis(read(tmp_path / f"plain.{ending}").pixels, 0, -1))
    np.testing.assert_array_equal(read(tmp_path / f"tagged.{ending}").pixels, first(wanted))
    assert peek(tmp_path / f"tagged.{ending}").sizes == wanted.shape[:2]


def test_of_a_film_the_first_frame_is_read(tmp_path):
    frames = [picture(GREY), picture(255 - GREY)]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(read(tmp_path / "x.gif").pixels, first(np.dstack([GREY] * 3)))


def test_a_real_webp_is_read_as_another_library_reads_it(shared):
    path = shared / "cifar10" / "test_0_airplane.webp"
    np.testing.assert_array_equal(read(path).pixels, first(imagecodecs.webp_decode(path.read_bytes())[..., :3]))


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "gif", "pgm", "ppm"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_truncated_image_is_named(tmp_path, ending, share):
    pixels = RNG.integers(0, 256, (40, 40, 3), dtype=np.uint8)
    path = tmp_path / f"x.{ending}"
    Image.fromarray(pixels if ending != "pgm" else pixels[..., 0]).save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=rf"x\.{ending}"):
        read(path)


def test_a_truncated_deep_image_is_named(tmp_path):
    path = deep(tmp_path, DEEPER["rgb"])
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=r"deep\.png cannot be read as an image"):
        read(path)


@pytest.mark.parametrize("look", [read, peek])
def test_text_called_png_is_shown(tmp_path, look):
    (tmp_path / "x.png").write_text("hello, I am a text")
    with pytest.raises(DataError, match=r"x\.png: it is no image; it begins with b'hello, I am '"):
        look(tmp_path / "x.png")


def test_a_jpeg_called_png_is_read(tmp_path):
    picture(GREY).save(tmp_path / "x.jpg")
    (tmp_path / "x.png").write_bytes((tmp_path / "x.jpg").read_bytes())
    np.testing.assert_array_equal(read(tmp_path / "x.png").pixels, read(tmp_path / "x.jpg").pixels)


def test_a_program_called_png_never_reaches_an_interpreter(tmp_path):
    (tmp_path / "x.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n%%EOF\n")
    with pytest.raises(DataError, match="it is no image"):
        read(tmp_path / "x.png")


def test_a_deep_tiff_called_png_does_not_lose_its_depth(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", DEEP[..., :3], photometric="rgb")
    (tmp_path / "x.tif").rename(tmp_path / "x.png")
    with pytest.raises(DataError, match="it is no image"):
        read(tmp_path / "x.png")


@pytest.mark.parametrize("look", [read, peek])
def test_the_limit_is_checked_before_anything_is_decoded(tmp_path, look):
    path = tmp_path / "bomb.png"
    path.write_bytes(header(10**5, 10**5, channels=3) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
    with pytest.raises(DataError, match=r"bomb\.png: it has 10,000,000,000 pixels and .*178,956,970.*--max-pixels"):
        look(path)


@pytest.mark.parametrize("look", [read, peek])
def test_the_limit_is_the_callers(tmp_path, look):
    path = saved(tmp_path, LOSSLESS["png L"])
    look(path, Opening(max_pixels=77))
    with pytest.raises(DataError, match="77 pixels and the limit is 76"):
        look(path, Opening(max_pixels=76))


def test_pillows_own_limit_is_neither_used_nor_lost(tmp_path, monkeypatch):
    path = saved(tmp_path, LOSSLESS["png L"])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read(path).pixels.shape == (1, 7, 11)
    (tmp_path / "text.png").write_text("text")
    with pytest.raises(DataError):
        read(tmp_path / "text.png")
    assert Image.MAX_IMAGE_PIXELS == 10


def test_what_is_missing_for_deep_images_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(MissingExtra, match=r"deep\.png.*needs imagecodecs.*svertka\[science\]"):
        read(deep(tmp_path, DEEPER["rgb"]))


@pytest.mark.parametrize("look", [read, peek])
def test_pixels_of_an_unknown_mode_are_refused_with_the_remedy(tmp_path, monkeypatch, look):
    monkeypatch.delitem(bitmaps.MODES, "L")
    with pytest.raises(DataError, match="of mode L, which svertka cannot read; convert it to PNG or TIFF"):
        look(saved(tmp_path, LOSSLESS["png L"]))
