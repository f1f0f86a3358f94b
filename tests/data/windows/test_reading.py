import subprocess
import sys

import numpy as np
import pytest
import tifffile

from svertka.data.windows import opened
from svertka.errors import DataError, ShapeError

TILES = {"tile": (32, 32), "compression": "zlib"}
RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 2**16, (100, 120), dtype=np.uint16)
ALL = (slice(0, 100), slice(0, 120))
BROKEN = (slice(32, 64), slice(64, 96))


def broken_tiff(folder):
    """The tile in the second row and the third column is broken."""
    path = folder / "x.tif"
    tifffile.imwrite(path, IMAGE, **TILES)
    with tifffile.TiffFile(path) as file:
        begin, size = file.pages[0].dataoffsets[6], file.pages[0].databytecounts[6]
    raw = bytearray(path.read_bytes())
    raw[begin + 10 : begin + size] = bytes(size - 10)
    path.write_bytes(raw)
    return path


def broken_zarr(folder):
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(folder / "x.zarr", shape=IMAGE.shape, chunks=(32, 32), dtype=IMAGE.dtype)
    array[:] = IMAGE
    (folder / "x.zarr" / "c" / "1" / "2").write_bytes(b"this is no chunk")
    return folder / "x.zarr"


def broken_hdf5(folder):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "x.h5", "w") as file:
        data = file.create_dataset("a", data=IMAGE, chunks=(32, 32), compression="gzip", fletcher32=True)
        begin, size = data.id.get_chunk_info_by_coord((32, 64)).byte_offset, 200
    raw = bytearray((folder / "x.h5").read_bytes())
    raw[begin + 10 : begin + size] = bytes(size - 10)
    (folder / "x.h5").write_bytes(raw)
    return folder / "x.h5"


@pytest.mark.parametrize("broken", [broken_tiff, broken_zarr, broken_hdf5])
class TestABrokenBlock:
    def test_is_named_with_its_file(self, broken, tmp_path):
        path = broken(tmp_path)
        with opened(path) as source:
            with pytest.raises(DataError, match=r"x\.\w+, block \[32:64, 64:96\] cannot be read as \w+: ") as caught:
                source.read(ALL)
            assert "\n" not in str(caught.value)
            np.testing.assert_array_equal(source.read((slice(0, 32), slice(0, 120))), IMAGE[None, :32])

    def test_is_nan_and_counted_where_it_is_to_be_skipped(self, broken, tmp_path):
        wanted = IMAGE.astype(np.float32)
        wanted[BROKEN] = np.nan
        with opened(broken(tmp_path), skip_bad=True) as source:
            np.testing.assert_array_equal(source.read(ALL), wanted[None])
            np.testing.assert_array_equal(source.read((slice(40, 90), slice(50, 70))), wanted[None, 40:90, 50:70])
            assert source.bad == {"[32:64, 64:96]"}
            assert source.dtype == source.read((slice(0, 32), slice(0, 120))).dtype == np.uint16


def test_what_is_no_window_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", IMAGE)
    with opened(tmp_path / "x.npy") as source, pytest.raises(ShapeError, match=r"no window \[0:101, 0:120\]"):
        source.read((slice(0, 101), slice(0, 120)))


@pytest.mark.parametrize("name", ["gone.tif", "gone.zarr", "gone.h5", "gone.npy", "gone.fits"])
def test_what_is_not_there_is_said_to_be_missing(tmp_path, name):
    with pytest.raises(DataError, match=rf"there is no file .*{name}"):
        opened(tmp_path / name)


def test_what_cannot_be_read_is_said(tmp_path):
    (tmp_path / "x.doc").write_text("hello")
    with pytest.raises(DataError, match=r"x\.doc cannot be read in windows: wanted \.zarr, \.h5:NAME, \.tif"):
        opened(tmp_path / "x.doc")


LARGE = 20_000  # 400 MB of bytes, of which a reader may hold few
READ = """
import resource, sys
from svertka.data.windows import opened, pieces
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
for path in sys.argv[1:]:
    with opened(path) as source:
        source.read((slice(0, 8), slice(0, 8)))
        before = peak()
        blank = not any(source.read(window).any() for window in pieces((slice(0, 20000),) * 2, (2000, 2000)))
        print(path[-6:], source.sizes, blank, peak() - before, sep=";")
"""


def sparse_tiff(path):
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        file.write(None, shape=(LARGE, LARGE), dtype=np.uint8)


def sparse_array(path):
    np.lib.format.open_memmap(path, "w+", np.uint8, (LARGE, LARGE))


def sparse_fits(path):
    fits = pytest.importorskip("astropy.io.fits")
    header = fits.Header({"SIMPLE": True, "BITPIX": 8, "NAXIS": 2, "NAXIS1": LARGE, "NAXIS2": LARGE})
    path.write_bytes(header.tostring().encode())
    with path.open("r+b") as file:
        file.truncate(-(-(file.seek(0, 2) + LARGE**2) // 2880) * 2880)


def test_memory_does_not_grow_with_the_file(tmp_path):
    makers = {"x.tif": sparse_tiff, "x.npy": sparse_array, "x.fits": sparse_fits}
    for name, make in makers.items():
        make(tmp_path / name)
    paths = [tmp_path / name for name in makers]
    found = subprocess.run([sys.executable, "-c", READ, *paths], capture_output=True, text=True, check=True)
    lines = [line.split(";") for line in found.stdout.splitlines()]
    assert [line[1:3] for line in lines] == [["(20000, 20000)", "True"]] * len(makers)
    # MiB: windows of 4 MB, and what of the file comes into memory beside them; of 400 MB in all.
    assert all(int(grown) < 100 for *_, grown in lines)
