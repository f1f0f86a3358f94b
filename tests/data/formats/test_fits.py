import sys

import numpy as np
import pytest
from astropy.io import fits

from svertka.data.formats import Opening, peek, read
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
PLANE = RNG.integers(0, 2**15, (7, 11), dtype=np.int16)
CUBE = RNG.random((3, 7, 11), dtype=np.float32)


def saved(folder, *units):
    fits.HDUList(list(units)).writeto(folder / "x.fits")
    return folder / "x.fits"


def by_hand(path, data, **cards):
    """A file after the FITS standard: cards of 80 letters, blocks of 2880 bytes, big-endian numbers."""
    cards = {"SIMPLE": "T", "BITPIX": 16, "NAXIS": 2, "NAXIS1": data.shape[1], "NAXIS2": data.shape[0]} | cards
    head = "".join(f"{name:8}= {value!s:>20}".ljust(80) for name, value in cards.items()) + "END".ljust(80)
    content = data.astype(">i2").tobytes()
    path.write_bytes(head.ljust(-(-len(head) // 2880) * 2880).encode() + content.ljust(2880, b"\0"))
    return path


def test_big_endian_numbers_are_read_and_become_native(tmp_path):
    pixels = read(by_hand(tmp_path / "x.fits", PLANE)).pixels
    np.testing.assert_array_equal(pixels[0], PLANE)
    assert pixels.dtype == np.int16
    assert pixels.dtype.isnative


def test_values_are_scaled_as_the_header_says(tmp_path):
    pixels = read(by_hand(tmp_path / "x.fits", PLANE, BSCALE=0.5, BZERO=100.0)).pixels
    np.testing.assert_allclose(pixels[0], PLANE * 0.5 + 100, rtol=1e-6)


def test_unsigned_numbers_stay_whole(tmp_path):
    pixels = read(by_hand(tmp_path / "x.fits", PLANE, BZERO=32768)).pixels
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels[0], PLANE.astype(int) + 32768)


def test_blanks_are_nan(tmp_path):
    pixels = read(by_hand(tmp_path / "x.fits", PLANE, BLANK=int(PLANE[2, 3]))).pixels
    np.testing.assert_array_equal(np.isnan(pixels[0]), PLANE[2, 3] == PLANE)


def test_nan_and_infinity_stay(tmp_path):
    pixels = np.array([[1, np.nan], [np.inf, -np.inf]], np.float32)
    np.testing.assert_array_equal(read(saved(tmp_path, fits.PrimaryHDU(pixels))).pixels[0], pixels)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i2", "i4", "i8", "f4", "f8"])
def test_every_type_stays_and_peek_agrees_with_read(tmp_path, dtype):
    path = saved(tmp_path, fits.PrimaryHDU((PLANE / 300).astype(dtype)))
    assert read(path).pixels.dtype == dtype
    assert peek(path) == read(path).header


def test_the_first_extension_with_an_image_is_read(tmp_path):
    path = saved(tmp_path, fits.PrimaryHDU(), fits.ImageHDU(PLANE), fits.ImageHDU(PLANE + 1))
    np.testing.assert_array_equal(read(path).pixels, PLANE[None])


@pytest.mark.parametrize(
    ("pages", "wanted"),
    [
        ("1", CUBE[:1]),
        ("2", CUBE[1:2]),
        ("depth", CUBE[None]),
        ("channels", CUBE),
    ],
)
def test_extensions_are_what_the_setting_says(tmp_path, pages, wanted):
    path = saved(tmp_path, fits.PrimaryHDU(), *[fits.ImageHDU(plane) for plane in CUBE])
    np.testing.assert_array_equal(read(path, Opening(pages=pages)).pixels, wanted)
    assert peek(path, Opening(pages=pages)) == read(path, Opening(pages=pages)).header


@pytest.mark.parametrize(("pages", "wanted"), [("auto", CUBE[None]), ("0", CUBE[None]), ("channels", CUBE)])
def test_a_cube_is_a_volume_or_channels(tmp_path, pages, wanted):
    path = saved(tmp_path, fits.PrimaryHDU(CUBE))
    np.testing.assert_array_equal(read(path, Opening(pages=pages)).pixels, wanted)


def test_the_planes_of_four_axes_lie_behind_one_another(tmp_path):
    path = saved(tmp_path, fits.PrimaryHDU(np.stack([CUBE, CUBE + 1])))
    np.testing.assert_array_equal(read(path).pixels[0], np.concatenate([CUBE, CUBE + 1]))


def test_compressed_images_are_images(tmp_path):
    path = saved(tmp_path, fits.PrimaryHDU(), fits.CompImageHDU(PLANE))
    np.testing.assert_array_equal(read(path).pixels, PLANE[None])


def table():
    return fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.zeros(3))])


@pytest.mark.parametrize(
    ("units", "pages", "message"),
    [
        ((fits.PrimaryHDU(),), "auto", "none of its extensions holds an image"),
        ((fits.PrimaryHDU(np.zeros(9)),), "auto", "none of its extensions holds an image"),
        ((fits.PrimaryHDU(), table()), "channels", "none of its extensions holds an image"),
        ((fits.PrimaryHDU(), table()), "0", "the extension holds no image"),
        ((fits.PrimaryHDU(), table()), "1", "the extension holds no image"),
        ((fits.PrimaryHDU(np.zeros(9)),), "0", "the extension holds no image"),
        ((fits.PrimaryHDU(PLANE),), "1", "no extension 1: its 1 extensions count from 0"),
        ((fits.PrimaryHDU(PLANE), fits.ImageHDU(PLANE[:3])), "depth", "differ in shape.*--pages"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, units, pages, message):
    with pytest.raises(DataError, match=rf"x\.fits: .*{message}"):
        read(saved(tmp_path, *units), Opening(pages=pages))


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize("share", [0.01, 0.4, 0.7])
def test_a_truncated_image_is_named(tmp_path, share):
    path = saved(tmp_path, fits.PrimaryHDU(np.zeros((64, 64))))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"x\.fits cannot be read as FITS"):
        read(path)


def test_text_is_no_fits(tmp_path):
    (tmp_path / "x.fits").write_text("hello, I am a text")
    with pytest.raises(DataError, match=r"x\.fits cannot be read as FITS"):
        read(tmp_path / "x.fits")


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize("look", [read, peek])
def test_the_limit_is_checked_before_anything_is_decoded(tmp_path, look):
    with pytest.raises(DataError, match="10,000,000,000 pixels and the limit is 178,956,970"):
        look(by_hand(tmp_path / "x.fits", PLANE, NAXIS1=10**5, NAXIS2=10**5))


def test_the_limit_counts_the_extensions_that_are_joined(tmp_path):
    path = saved(tmp_path, fits.PrimaryHDU(), *[fits.ImageHDU(plane) for plane in CUBE])
    assert read(path, Opening(max_pixels=77)).pixels.shape == (1, 7, 11)
    with pytest.raises(DataError, match="231 pixels and the limit is 230"):
        read(path, Opening(pages="depth", max_pixels=230))


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    path = saved(tmp_path, fits.PrimaryHDU(PLANE))
    monkeypatch.setitem(sys.modules, "astropy.io", None)
    with pytest.raises(MissingExtra, match=r"x\.fits: FITS needs astropy.*svertka\[science\]"):
        read(path)
