import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from svertka.data.formats import Opening, peek, read
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (7, 11), dtype=np.uint8)
DEEP = RNG.integers(0, 2**16, (7, 11), dtype=np.uint16)
COLOUR = RNG.integers(0, 256, (7, 11, 4), dtype=np.uint8)
RGB = COLOUR[..., :3]
NUMBERS = DEEP / 700
TYPES = ("u1", "u2", "u4", "i1", "i2", "i4", "f2", "f4", "f8")
PAGES = RNG.integers(0, 2**16, (5, 7, 11), dtype=np.uint16)
FILM = RNG.integers(0, 256, (4, 7, 11, 3), dtype=np.uint8)
STACK = RNG.integers(0, 2**16, (3, 2, 7, 11), dtype=np.uint16)  # pages, channels
WHITE = np.where(GREY > 99, 255, 0).astype(np.uint8)
TABLE = RNG.integers(0, 2**16, (3, 256), dtype=np.uint16)


def first(pixels):
    """Channels first."""
    return np.moveaxis(np.atleast_3d(pixels), -1, 0)


# pixels to save, how, what should be found, and what the channels are
KINDS = {
    **{f"grey {t}": (NUMBERS.astype(t), {}, NUMBERS.astype(t)[None], "grey") for t in TYPES},
    "big-endian": (DEEP, {"byteorder": ">"}, DEEP[None], "grey"),
    "bits": (GREY > 99, {"photometric": "minisblack"}, WHITE[None], "grey"),
    "rgb": (RGB, {"photometric": "rgb"}, first(RGB), "rgb"),
    "rgb planar": (first(RGB), {"photometric": "rgb", "planarconfig": "separate"}, first(RGB), "rgb"),
    "rgb and alpha": (COLOUR, {"photometric": "rgb", "extrasamples": ["unassalpha"]}, first(COLOUR), "rgb+alpha"),
    "rgb and infrared": (COLOUR, {"photometric": "rgb", "extrasamples": ["unspecified"]}, first(COLOUR), "channels"),
    "grey and alpha": (
        COLOUR[..., :2],
        {"photometric": "minisblack", "planarconfig": "contig", "extrasamples": ["unassalpha"]},
        first(COLOUR[..., :2]),
        "grey+alpha",
    ),
    "five channels": (PAGES, {"photometric": "minisblack", "planarconfig": "separate"}, PAGES, "channels"),
    "cmyk": (COLOUR, {"photometric": "separated"}, first(COLOUR), "cmyk"),
    "palette": (GREY, {"photometric": "palette", "colormap": TABLE}, TABLE[:, GREY], "rgb"),
    "palette pages": (
        np.stack([GREY, GREY[::-1]]),
        {"photometric": "palette", "colormap": TABLE},
        np.stack([TABLE[:, GREY], TABLE[:, GREY[::-1]]], axis=1),
        "rgb",
    ),
    "white is zero": (GREY, {"photometric": "miniswhite"}, 255 - GREY[None], "grey"),
    "white is zero, 16 bits": (DEEP, {"photometric": "miniswhite"}, 65535 - DEEP[None], "grey"),
    "white is zero, bits": (GREY > 99, {"photometric": "miniswhite"}, 255 - WHITE[None], "grey"),
    "pages": (PAGES, {"photometric": "minisblack"}, PAGES[None], "grey"),
    "pages of colours": (FILM, {"photometric": "rgb"}, FILM.transpose(3, 0, 1, 2), "rgb"),
    "imagej": (STACK, {"imagej": True, "metadata": {"axes": "ZCYX"}}, STACK.swapaxes(0, 1), "channels"),
    "ome": (STACK, {"ome": True, "metadata": {"axes": "ZCYX"}}, STACK.swapaxes(0, 1), "channels"),
    "tiles": (GREY, {"tile": (16, 16)}, GREY[None], "grey"),
    "bigtiff": (GREY, {"bigtiff": True}, GREY[None], "grey"),
    "one pixel": (GREY[:1, :1], {}, GREY[None, :1, :1], "grey"),
    **{c: (RGB, {"photometric": "rgb", "compression": c}, first(RGB), "rgb") for c in ("zlib", "lzw", "zstd")},
    **{f"{c}, predicted": (DEEP, {"compression": c, "predictor": True}, DEEP[None], "grey") for c in ("zlib", "lzw")},
}


def saved(folder, pixels, **how):
    tifffile.imwrite(folder / "x.tif", pixels, **how)
    return folder / "x.tif"


@pytest.mark.parametrize(("pixels", "how", "wanted", "colour"), KINDS.values(), ids=KINDS)
def test_every_kind_keeps_its_values(tmp_path, pixels, how, wanted, colour):
    found = read(saved(tmp_path, pixels, **how))
    np.testing.assert_array_equal(found.pixels, wanted)
    assert found.colour == colour
    assert found.pixels.dtype == wanted.dtype


@pytest.mark.parametrize(("pixels", "how", "wanted", "colour"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("pages", ["auto", "channels", "0"])
def test_peek_agrees_with_read(tmp_path, pixels, how, wanted, colour, pages):
    path = saved(tmp_path, pixels, **how)
    assert peek(path, Opening(pages=pages)) == read(path, Opening(pages=pages)).header


def test_peek_decodes_nothing(tmp_path, monkeypatch):
    path = saved(tmp_path, PAGES, photometric="minisblack")
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", lambda *_, **__: pytest.fail("it was decoded"))
    assert peek(path).sizes == (5, 7, 11)


@pytest.mark.parametrize(
    ("pages", "wanted"),
    [
        ("auto", FILM.transpose(3, 0, 1, 2)),
        ("depth", FILM.transpose(3, 0, 1, 2)),
        ("channels", FILM.transpose(0, 3, 1, 2).reshape(12, 7, 11)),
        ("2", first(FILM[2])),
    ],
)
def test_pages_are_what_the_setting_says(tmp_path, pages, wanted):
    found = read(saved(tmp_path, FILM, photometric="rgb"), Opening(pages=pages))
    np.testing.assert_array_equal(found.pixels, wanted)
    assert found.colour == ("channels" if pages == "channels" else "rgb")


@pytest.mark.parametrize("look", [read, peek])
def test_a_page_that_is_not_there_is_refused(tmp_path, look):
    with pytest.raises(DataError, match=r"x\.tif: it has no page 5: its 5 pages count from 0"):
        look(saved(tmp_path, PAGES, photometric="minisblack"), Opening(pages="5"))


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(GREY),
        Image.fromarray(RGB),
        Image.fromarray(DEEP),
        Image.fromarray(DEEP.astype(np.int32) * 30000),
        Image.fromarray(RNG.random((7, 11), dtype=np.float32)),
    ],
    ids=["L", "RGB", "I;16", "I", "F"],
)
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_what_pillow_wrote_is_read(tmp_path, image, compression):
    image.save(tmp_path / "x.tiff", compression=compression)
    np.testing.assert_array_equal(read(tmp_path / "x.tiff").pixels, first(np.asarray(image)))


def test_a_palette_shows_the_colours_that_pillow_shows(tmp_path):
    image = Image.fromarray(RGB).quantize(16)
    image.save(tmp_path / "x.tif")
    np.testing.assert_array_equal(read(tmp_path / "x.tif").pixels // 256, first(np.asarray(image.convert("RGB"))))


def test_pages_that_pillow_wrote_are_depth(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "x.tif", save_all=True, append_images=[Image.fromarray(255 - GREY)])
    np.testing.assert_array_equal(read(tmp_path / "x.tif").pixels, [[GREY, 255 - GREY]])


def test_four_bits_are_turned_round_within_four_bits(tmp_path):
    path = saved(tmp_path, GREY >> 4, photometric="miniswhite", bitspersample=4)
    np.testing.assert_array_equal(read(path).pixels[0], 15 - (GREY >> 4))


def test_gaps_stay_gaps(tmp_path):
    pixels = np.array([[1, np.nan], [np.inf, -np.inf]], np.float32)
    np.testing.assert_array_equal(read(saved(tmp_path, pixels)).pixels[0], pixels)


@pytest.mark.parametrize("look", [read, peek])
def test_complex_numbers_are_refused(tmp_path, look):
    with pytest.raises(DataError, match=r"x\.tif.*not numbers"):
        look(saved(tmp_path, GREY.astype(np.complex64)))


@pytest.mark.parametrize("look", [read, peek])
def test_axes_without_a_meaning_are_refused(tmp_path, look):
    how = {"ome": True, "metadata": {"axes": "AZYX"}, "photometric": "minisblack"}
    path = saved(tmp_path, PAGES[:, None], **how)
    with pytest.raises(DataError, match=r"x\.tif: its axes are .*svertka knows pages \(ZITQR\), channels \(CS\)"):
        look(path)


@pytest.mark.parametrize("how", [{}, {"compression": "zlib"}, {"compression": "lzw"}, {"tile": (16, 16)}])
@pytest.mark.parametrize("share", [0.01, 0.4, 0.9])
def test_a_truncated_image_is_named(tmp_path, rng, how, share):
    path = saved(tmp_path, rng.integers(0, 256, (40, 40), dtype=np.uint8), **how)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"x\.tif cannot be read as TIFF"):
        read(path)


def test_text_is_no_tiff(tmp_path):
    (tmp_path / "x.tif").write_text("hello, I am a text")
    with pytest.raises(DataError, match=r"x\.tif cannot be read as TIFF: not a TIFF file: header=b'hell'"):
        peek(tmp_path / "x.tif")


@pytest.mark.parametrize("look", [read, peek])
def test_the_limit_counts_pages_but_not_channels(tmp_path, look):
    path = saved(tmp_path, FILM, photometric="rgb")
    look(path, Opening(max_pixels=4 * 77))
    with pytest.raises(DataError, match="308 pixels and the limit is 307"):
        look(path, Opening(max_pixels=4 * 77 - 1))


def test_the_limit_is_checked_before_anything_is_decoded(tmp_path):
    path = saved(tmp_path, GREY)
    with tifffile.TiffFile(path, mode="r+b") as file:
        file.pages[0].tags["ImageWidth"].overwrite(10**6)
        file.pages[0].tags["ImageLength"].overwrite(10**6)
    with pytest.raises(DataError, match="1,000,000,000,000 pixels and the limit is"):
        read(path)


def test_what_is_missing_for_compressed_images_is_said(tmp_path, monkeypatch):
    path = saved(tmp_path, GREY, compression="zstd")
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", without_imagecodecs)
    with pytest.raises(MissingExtra, match=r"x\.tif: TIFF compressed by ZSTD needs imagecodecs.*svertka\[science\]"):
        read(path)


def without_imagecodecs(*_, **__):
    raise ValueError("<COMPRESSION.ZSTD: 50000> requires the 'imagecodecs' package")
