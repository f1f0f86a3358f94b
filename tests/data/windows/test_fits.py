import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from svertka.data.formats import Opening, read
from svertka.data.windows import opened
from svertka.errors import DataError, MissingExtra

fits = pytest.importorskip("astropy.io.fits")
RNG = np.random.default_rng(0)
PLANE = RNG.integers(-(2**15), 2**15, (37, 41), dtype=np.int16)
CUBE = RNG.random((3, 37, 41), dtype=np.float32)


def carded(pixels, **cards):
    unit = fits.PrimaryHDU(pixels)
    unit.header.update(cards)
    return unit


UNITS = {
    "int16": [fits.PrimaryHDU(PLANE)],
    "uint16": [fits.PrimaryHDU(PLANE.view(np.uint16))],
    "uint32": [fits.PrimaryHDU(RNG.integers(0, 2**32, (37, 41), dtype=np.uint32))],
    "uint64": [fits.PrimaryHDU(RNG.integers(0, 2**64, (37, 41), dtype=np.uint64))],
    "int8": [fits.PrimaryHDU(PLANE.view(np.int8)[:, ::2])],
    "uint8": [fits.PrimaryHDU(PLANE.astype(np.uint8))],
    "int64": [fits.PrimaryHDU(PLANE.astype(np.int64) << 40)],
    "float64": [fits.PrimaryHDU(CUBE[0].astype(np.float64))],
    "scaled": [carded(PLANE, BSCALE=0.5, BZERO=100.0)],
    "scaled, 32 bits": [carded(PLANE.astype(np.int32) << 9, BSCALE=0.1, BZERO=-7.3)],
    "scaled fractions": [carded(CUBE[0], BSCALE=0.5)],
    "scaled, unsigned": [carded(PLANE, BSCALE=2.0, BZERO=32768)],
    "blank": [carded(PLANE, BLANK=int(PLANE[2, 3]))],
    "blank of zero": [carded(PLANE % 3, BLANK=0)],
    "blank and scaled": [carded(PLANE, BLANK=int(PLANE[2, 3]), BSCALE=3.0)],
    "cube": [fits.PrimaryHDU(CUBE)],
    "four axes": [fits.PrimaryHDU(np.stack([CUBE, -CUBE]))],
    "one plane of four axes": [fits.PrimaryHDU(CUBE[None, :1])],
    "second extension": [fits.PrimaryHDU(), fits.ImageHDU(PLANE)],
    "compressed": [fits.PrimaryHDU(), fits.CompImageHDU(PLANE, tile_shape=(8, 16))],
    "compressed cube": [fits.PrimaryHDU(), fits.CompImageHDU((CUBE * 99).astype(np.int32))],
}
MANY = [fits.PrimaryHDU(PLANE), fits.ImageHDU(PLANE[::-1]), fits.ImageHDU(PLANE // 2)]


def saved(folder, units):
    fits.HDUList([unit.copy() for unit in units]).writeto(folder / "x.fits")
    return folder / "x.fits"


def windows(sizes):
    yield tuple(slice(0, size) for size in sizes)
    for _ in range(10):
        ends = [sorted(RNG.choice(size + 1, 2, replace=False)) for size in sizes]
        yield tuple(slice(int(low), int(high)) for low, high in ends)


def agrees(path, opening):
    whole = read(path, opening).pixels
    with opened(path, opening=opening) as source:
        assert (source.channels, source.sizes) == (len(whole), whole.shape[1:])
        for window in windows(source.sizes):
            found = source.read(window)
            assert found.dtype == whole.dtype.newbyteorder("=") == source.dtype
            np.testing.assert_array_equal(found, whole[(slice(None), *window)])


@pytest.mark.parametrize("units", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("pages", ["auto", "channels"])
def test_windows_are_those_of_the_image_read_whole(tmp_path, units, pages):
    agrees(saved(tmp_path, units), Opening(pages=pages))


@pytest.mark.parametrize("pages", ["auto", "channels", "depth", "1"])
def test_one_of_several_images_is_read_or_all(tmp_path, pages):
    agrees(saved(tmp_path, MANY), Opening(pages=pages))


@pytest.mark.parametrize("name", ["scaled", "cube", "compressed"])
def test_several_threads_read_at_once(tmp_path, name):
    path = saved(tmp_path, UNITS[name])
    whole = read(path).pixels
    with opened(path) as source, ThreadPoolExecutor(8) as pool:
        wanted = [window for _ in range(10) for window in windows(source.sizes)]
        for window, found in zip(wanted, pool.map(source.read, wanted), strict=True):
            np.testing.assert_array_equal(found, whole[(slice(None), *window)])


def test_a_truncated_image_is_refused(tmp_path):
    path = saved(tmp_path, UNITS["cube"])
    path.write_bytes(path.read_bytes()[:8000])
    words = r"x\.fits: it is truncated: its pixels should be 18,204 bytes, and 5,120 are there"
    with pytest.raises(DataError, match=words):
        opened(path)


def test_an_extension_without_an_image_is_refused(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.zeros(9))])
    path = saved(tmp_path, [fits.PrimaryHDU(), table])
    for pages, words in (("auto", "none of its extensions holds"), ("1", "the extension holds no"), ("5", "no extens")):
        with pytest.raises(DataError, match=rf"x\.fits: .*{words}"):
            opened(path, opening=Opening(pages=pages))


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    path = saved(tmp_path, UNITS["cube"])
    monkeypatch.setitem(sys.modules, "astropy.io", None)
    with pytest.raises(MissingExtra, match=r"x\.fits: FITS needs astropy"):
        opened(path)
