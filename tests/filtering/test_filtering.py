import subprocess
import sys

import numpy as np
import pytest
import tifffile
from astropy.io import fits
from PIL import Image
from scipy import ndimage

import svertka
from svertka.data.formats import read
from svertka.ops import BORDERS, filtered
from svertka.settings import FilterSettings

LITTLE = (1e-6, 0.004, 0.02)  # MiB: strips of a row, of some, and of most
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


@pytest.fixture
def image(rng):
    return rng.integers(0, 256, (41, 37), dtype=np.uint8)


def through(image, folder, what, ending=".tif", **changes):
    """An image after it went through files."""
    before, after = folder / f"in{ending}", folder / f"out{ending}"
    if ending == ".tif":
        tifffile.imwrite(before, image, photometric="minisblack", compression=changes.pop("compression", None))
    elif ending == ".npy":
        np.save(before, image)
    elif ending == ".fits":
        fits.PrimaryHDU(image).writeto(before, overwrite=True)
    else:
        Image.fromarray(image).save(before)
    svertka.filter(what, before, after, overwrite=True, **changes)
    return read(after).pixels[0]


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("memory", LITTLE)
@pytest.mark.parametrize("what", ["sobel-left", [[1, 2], [3, -4]], np.arange(-31, 32).reshape(7, 9)])
def test_strips_are_the_whole_to_the_last_number(tmp_path, image, border, memory, what):
    found = through(image, tmp_path, what, border=border, memory=memory, depth="int32")
    whole = through(image, tmp_path, what, border=border, depth="int32")
    np.testing.assert_array_equal(found, whole)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("memory", LITTLE)
@pytest.mark.parametrize(
    ("what", "words"), [("gaussian", {"deviation": 3}), ("scharr", {}), ("gabor", {"wavelength": 3})]
)
def test_strips_are_the_whole_to_rounding(tmp_path, rng, border, memory, what, words):
    image = rng.normal(size=(41, 37))
    found = through(image, tmp_path, what, ".npy", border=border, memory=memory, **words)
    np.testing.assert_allclose(found, filtered(image, what, border=border, **words), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("ending", [".tif", ".npy", ".fits", ".png"])
@pytest.mark.parametrize("memory", LITTLE)
def test_every_format_in_strips(tmp_path, image, ending, memory):
    found = through(image, tmp_path, "laplacian", ending, memory=memory)
    exact = ndimage.laplace(image.astype(int), mode="mirror").clip(0, 255)
    np.testing.assert_array_equal(found, exact)
    assert found.dtype == np.uint8


def test_compressed_strips_too(tmp_path, image):
    found = through(image, tmp_path, "laplacian", compression="zlib", memory=1e-6, border="circular", depth="int32")
    np.testing.assert_array_equal(found, ndimage.laplace(image.astype(int), mode="grid-wrap"))


@pytest.mark.parametrize("border", ["reflect", "circular"])
@pytest.mark.parametrize("memory", [1e-6, 0.05, 10])
def test_a_volume_is_filtered_as_one_or_page_by_page(tmp_path, rng, border, memory):
    volume = rng.integers(0, 60000, (9, 21, 17), dtype=np.uint16)
    how = {"border": border, "memory": memory, "depth": "float64", "deviation": 1.0}
    pages, whole = (through(volume, tmp_path, "gaussian", space=space, **how) for space in ("auto", "volume"))
    mode = {"reflect": "mirror", "circular": "grid-wrap"}[border]
    exact = ndimage.gaussian_filter(volume.astype(float), 1, mode=mode)
    np.testing.assert_allclose(whole, exact, rtol=1e-5)  # 16 bits are computed in float32
    flat = np.stack([ndimage.gaussian_filter(page.astype(float), 1, mode=mode) for page in volume])
    np.testing.assert_allclose(pages, flat, rtol=1e-5)


def test_signals_are_filtered_along_their_length(tmp_path, rng):
    signal = rng.normal(size=(2, 200))
    np.save(tmp_path / "in.npy", signal)
    svertka.filter([[-1, 1]], tmp_path / "in.npy", tmp_path / "out.npy", border="replicate")
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), np.diff(signal, append=signal[:, -1:]), atol=1e-15)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_every_type_stays_what_it_is(tmp_path, rng, dtype):
    image = (rng.random((15, 17)) * 100).astype(dtype)
    found = through(image, tmp_path, "gaussian-3x3")
    assert found.dtype == dtype
    kernel = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    exact = ndimage.correlate(image.astype(float), kernel, mode="mirror")
    # Sixteenths of whole numbers are exact in binary, so rounding is the only thing that happens to them.
    np.testing.assert_allclose(found, exact if image.dtype.kind == "f" else np.rint(exact), rtol=1e-6, atol=0)


def test_what_is_cut_is_counted_and_the_remedy_is_said(tmp_path, image, caplog):
    tifffile.imwrite(tmp_path / "in.tif", image)
    found = svertka.filter(SOBEL, tmp_path / "in.tif", tmp_path / "out.tif", memory=0.004)
    exact = ndimage.correlate(image.astype(int), SOBEL, mode="mirror")
    assert (found.images, found.values, found.cut) == (1, 41 * 37, ((exact < 0) | (exact > 255)).sum())
    assert f"{found.cut:,} of 1,517 values lay outside of the type's range and were cut to it" in caplog.text
    assert "keep them with --depth float32" in caplog.text
    caplog.clear()
    assert svertka.filter(SOBEL, tmp_path / "in.tif", tmp_path / "wide.tif", depth="int16").cut == 0
    assert caplog.text == ""


def test_colours_are_filtered_one_by_one_and_transparency_is_left(tmp_path, rng):
    pixels = rng.integers(0, 256, (15, 17, 4), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    svertka.filter("box", tmp_path / "in.png", tmp_path / "out.png", size=5, memory=1e-6)
    found = read(tmp_path / "out.png")
    assert found.colour == "rgb+alpha"
    np.testing.assert_array_equal(found.pixels[3], pixels[..., 3])
    for channel in range(3):
        exact = ndimage.uniform_filter(pixels[..., channel].astype(float), 5, mode="mirror")
        np.testing.assert_array_equal(found.pixels[channel], np.rint(exact))


def test_one_format_may_become_another(tmp_path, rng):
    pixels = rng.integers(0, 2**16, (15, 17, 3), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="rgb")
    for name in ("out.png", "out.npy", "out.fits"):
        svertka.filter("identity", tmp_path / "in.tif", tmp_path / name)
        assert read(tmp_path / name).pixels.reshape(3, 15, 17).tolist() == np.moveaxis(pixels, -1, 0).tolist()


def test_a_folder_becomes_a_folder_with_the_same_names(photos, tmp_path):
    told = []
    found = svertka.filter(
        "outline", photos, tmp_path / "edges", progress=lambda done, total: told.append((done, total))
    )
    assert (found.images, told[-1]) == (60, (60, 60))
    names = {path.relative_to(photos) for path in photos.rglob("*.png")}
    assert {path.relative_to(tmp_path / "edges") for path in (tmp_path / "edges").rglob("*.png")} == names


def test_rows_are_told_as_they_are_done(tmp_path, image):
    told = []
    np.save(tmp_path / "in.npy", image)
    out = tmp_path / "out.npy"
    svertka.filter("box", tmp_path / "in.npy", out, memory=0.004, progress=lambda *both: told.append(both))
    assert told[-1] == (41, 41)
    assert told == sorted(set(told))
    assert len(told) > 3


def test_an_interruption_leaves_nothing_half(tmp_path, image):
    np.save(tmp_path / "in.npy", image)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        svertka.filter("box", tmp_path / "in.npy", tmp_path / "out.npy", memory=0.004, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["in.npy"]


def test_borders_are_those_of_the_operators():
    annotation = FilterSettings.model_fields["border"].annotation
    assert set(annotation.__args__) == set(BORDERS)


MEMORY = """
import resource, sys
import svertka, svertka.ops
what, before, after, memory = sys.argv[1:5]
svertka.filter(what, sys.argv[5], sys.argv[5] + ".out.npy")  # whatever is loaded and compiled at first use
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
svertka.filter(what, before, after, memory=float(memory))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / 1024)
"""


def grown(folder, size, what, memory, ending=".tif"):
    """MiB by which a process grows while it filters a large image."""
    path = folder / f"in{ending}"
    if ending == ".tif":
        tifffile.memmap(path, shape=(size, size), dtype="u1", photometric="minisblack").flush()
    else:
        np.lib.format.open_memmap(path, "w+", "u1", (size, size)).flush()
    np.save(folder / "small.npy", np.zeros((600, 600), np.uint8))
    words = [what, path, folder / f"out{ending}", memory, folder / "small.npy"]
    done = subprocess.run([sys.executable, "-c", MEMORY, *map(str, words)], capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="has no ru_maxrss")
@pytest.mark.parametrize("ending", [".tif", ".npy"])
def test_memory_does_not_grow_with_the_image(tmp_path, ending):
    """Whole, 12,000 x 12,000 bytes are 137 MiB, and their float32 549."""
    assert grown(tmp_path, 12_000, "gaussian", 16, ending) < 70


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no ru_maxrss")
@pytest.mark.parametrize("what", ["gaussian", "sobel-left"])
def test_twenty_thousand_pixels_a_side_need_little_memory(tmp_path, what):
    """Whole they are 381 MiB, and their float32 1,526."""
    assert grown(tmp_path, 20_000, what, 128) < 300
