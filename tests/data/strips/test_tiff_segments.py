import numpy as np
import pytest
import tifffile

from svertka.data.formats import Opening
from svertka.data.strips.tiff_segments import Segments

IMAGE = np.random.default_rng(0).integers(0, 2**16, (67, 81), dtype=np.uint16)
HOW = {"in tiles": {"tile": (16, 32)}, "in strips": {"rowsperstrip": 5}}


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_the_segments_of_a_part_hold_it_and_no_others_do(tmp_path, how):
    tifffile.imwrite(tmp_path / "x.tif", IMAGE, compression="zlib", **how)
    rows, columns = slice(20, 50), slice(33, 64)
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        segments = Segments(file.series[0], Opening())
        everything = segments.decoded(0, segments.wanted(slice(0, 67), slice(0, 81)))
        wanted = set(segments.wanted(rows, columns))
    whole = np.zeros((100, 200), np.uint16)
    for index, (pixels, _, top, left) in everything.items():
        down, right = slice(top, top + pixels.shape[0]), slice(left, left + pixels.shape[1])
        whole[down, right] = pixels[..., 0]
        meets = max(top, 20) < min(down.stop, 50) and max(left, 33) < min(right.stop, 64)
        assert (index in wanted) == meets
    np.testing.assert_array_equal(whole[:67, :81], IMAGE)


def test_pages_that_lie_otherwise_are_not_cut_up(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((5, 32, 32), np.uint8), volumetric=True, tile=(4, 16, 16))
    with tifffile.TiffFile(tmp_path / "x.tif") as file, pytest.raises(NotImplementedError):
        Segments(file.series[0], Opening())
