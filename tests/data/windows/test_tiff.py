from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tifffile

from svertka.data.formats import Opening, read
from svertka.data.windows import opened
from svertka.errors import DataError

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (67, 81), dtype=np.uint8)
DEEP = RNG.integers(0, 2**16, (67, 81), dtype=np.uint16)
COLOUR = RNG.integers(0, 256, (67, 81, 3), dtype=np.uint8)
PLANAR = np.moveaxis(COLOUR, -1, 0)
PAGES = RNG.integers(0, 2**16, (5, 67, 81), dtype=np.uint16)
FILM = RNG.integers(0, 256, (3, 67, 81, 3), dtype=np.uint8)
STACK = RNG.integers(0, 2**16, (3, 2, 67, 81), dtype=np.uint16)
TABLE = RNG.integers(0, 2**16, (3, 256), dtype=np.uint16)
GREYS, COLOURS = {"photometric": "minisblack"}, {"photometric": "rgb"}
TILES, ZIP = {"tile": (16, 32)}, {"compression": "zlib", "rowsperstrip": 5}

KINDS = {
    "in one piece": (GREY, {}),
    "in tiles": (GREY, TILES),
    "big-endian": (DEEP, {"byteorder": ">"}),
    "big-endian tiles": (DEEP, {"byteorder": ">", **TILES, "compression": "zlib"}),
    "bits": (GREY > 99, GREYS),
    "compressed": (DEEP, ZIP),
    "predicted tiles": (DEEP, {"compression": "lzw", "predictor": True, **TILES}),
    "fractions": ((DEEP / 7).astype(np.float32), {"compression": "zstd", "predictor": True, **TILES}),
    "jpeg": (COLOUR, {**COLOURS, "compression": "jpeg", **TILES}),
    "rgb tiles": (COLOUR, {**COLOURS, **TILES, "compression": "zlib"}),
    "rgb planar tiles": (PLANAR, {**COLOURS, **TILES, "planarconfig": "separate"}),
    "palette": (GREY, {"photometric": "palette", "colormap": TABLE, **TILES}),
    "white is zero": (DEEP, {"photometric": "miniswhite", **TILES}),
    "pages": (PAGES, GREYS),
    "pages of tiles": (PAGES, {**GREYS, **TILES, "compression": "zlib"}),
    "pages of colours": (FILM, COLOURS),
    "pages of colours in tiles": (FILM, {**COLOURS, **TILES, "compression": "zlib"}),
    "imagej": (STACK, {"imagej": True, "metadata": {"axes": "ZCYX"}}),
    "ome": (STACK, {"ome": True, "metadata": {"axes": "ZCYX"}, **ZIP}),
    "channels before pages": (STACK, {"ome": True, "metadata": {"axes": "CZYX"}, **GREYS, **ZIP}),
    "volume in itself": (PAGES, {**GREYS, "volumetric": True, "tile": (16, 16, 16)}),
    "bigtiff": (GREY, {"bigtiff": True, **TILES}),
    "one pixel": (GREY[:1, :1], {}),
}


def saved(folder, pixels, **how):
    tifffile.imwrite(folder / "x.tif", pixels, **how)
    return folder / "x.tif"


def windows(sizes, count=12):
    """The whole, each corner, and random windows."""
    yield tuple(slice(0, size) for size in sizes)
    yield tuple(slice(0, 1) for _ in sizes)
    yield tuple(slice(size - 1, size) for size in sizes)
    for _ in range(count):
        ends = [sorted(RNG.choice(size + 1, 2, replace=False)) for size in sizes]
        yield tuple(slice(int(low), int(high)) for low, high in ends)


@pytest.mark.parametrize(("pixels", "how"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("pages", ["auto", "channels", "0"])
def test_windows_are_those_of_the_image_read_whole(tmp_path, pixels, how, pages):
    path = saved(tmp_path, pixels, **how)
    whole = read(path, Opening(pages=pages))
    with opened(path, opening=Opening(pages=pages)) as source:
        assert (source.channels, source.sizes) == (len(whole.pixels), whole.pixels.shape[1:])
        assert (source.dtype, source.colour) == (whole.pixels.dtype, whole.colour)
        for window in windows(source.sizes):
            found = source.read(window)
            assert found.dtype == whole.pixels.dtype
            np.testing.assert_array_equal(found, whole.pixels[(slice(None), *window)])


@pytest.mark.parametrize("how", [{}, ZIP, {**TILES, "compression": "zlib"}, {**GREYS, **TILES}])
def test_several_threads_read_at_once(tmp_path, how):
    image = RNG.integers(0, 2**16, (300, 400), dtype=np.uint16)
    with opened(saved(tmp_path, image, **how)) as source, ThreadPoolExecutor(8) as pool:
        wanted = list(windows(source.sizes, 200))
        for window, found in zip(wanted, pool.map(source.read, wanted), strict=True):
            np.testing.assert_array_equal(found, image[window][None])


def test_only_the_tiles_of_a_window_are_decoded_and_those_of_its_neighbour_not_again(tmp_path, monkeypatch):
    path = saved(tmp_path, DEEP, compression="zlib", **TILES)
    decoded = []
    with opened(path) as source:
        frame = source.reader.rows.series.keyframe
        one = frame.decode
        monkeypatch.setitem(
            frame.__dict__, "decode", lambda data, index, **how: (decoded.append(index), one(data, index, **how))[1]
        )
        source.read((slice(17, 30), slice(33, 60)))  # the second tile of the second row of three
        source.read((slice(17, 30), slice(33, 70)))
    assert decoded == [4, 5]


def test_a_page_that_is_not_there_is_refused(tmp_path):
    path = saved(tmp_path, PAGES, **GREYS)
    with pytest.raises(DataError, match=r"x\.tif: it has no page 7: its 5 pages count from 0"):
        opened(path, opening=Opening(pages="7"))
