import numpy as np
import pytest
import tifffile

from svertka.data.formats import Opening, read
from svertka.data.strips import opened
from svertka.errors import DataError, MissingExtra

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (37, 41), dtype=np.uint8)
DEEP = RNG.integers(0, 2**16, (37, 41), dtype=np.uint16)
COLOUR = RNG.integers(0, 256, (37, 41, 3), dtype=np.uint8)
PLANAR = np.moveaxis(COLOUR, -1, 0)
PAGES = RNG.integers(0, 2**16, (3, 37, 41), dtype=np.uint16)
FILM = RNG.integers(0, 256, (3, 37, 41, 3), dtype=np.uint8)
STACK = RNG.integers(0, 2**16, (3, 2, 37, 41), dtype=np.uint16)
TABLE = RNG.integers(0, 2**16, (3, 256), dtype=np.uint16)
GREYS, COLOURS = {"photometric": "minisblack"}, {"photometric": "rgb"}
TILES = {"tile": (16, 16)}
ZIP = {"compression": "zlib", "rowsperstrip": 5}

KINDS = {
    "in one piece": (GREY, {}),
    "in strips": (GREY, {"rowsperstrip": 5}),
    "in tiles": (GREY, TILES),
    "big-endian": (DEEP, {"byteorder": ">"}),
    "big-endian, compressed": (DEEP, {"byteorder": ">", **ZIP}),
    "bits": (GREY > 99, GREYS),
    "compressed": (DEEP, ZIP),
    "compressed in one": (DEEP, {"compression": "zlib", "rowsperstrip": 37}),
    "compressed, predicted": (DEEP, {**ZIP, "predictor": True}),
    "compressed tiles": (DEEP, {"compression": "lzw", **TILES}),
    "floats": ((DEEP / 7).astype(np.float32), {"compression": "zlib", "predictor": True, "rowsperstrip": 4}),
    "rgb": (COLOUR, COLOURS),
    "rgb tiles": (COLOUR, {**COLOURS, **TILES, "compression": "zlib"}),
    "rgb planar": (PLANAR, {**COLOURS, "planarconfig": "separate"}),
    "rgb planar, compressed": (PLANAR, {**COLOURS, **ZIP, "planarconfig": "separate"}),
    "rgb planar tiles": (PLANAR, {**COLOURS, **TILES, "planarconfig": "separate"}),
    "jpeg": (COLOUR, {**COLOURS, "compression": "jpeg", "rowsperstrip": 16}),
    "five channels": (np.concatenate([PLANAR, PLANAR[:2]]), {**GREYS, "planarconfig": "separate"}),
    "palette": (GREY, {"photometric": "palette", "colormap": TABLE}),
    "white is zero": (DEEP, {"photometric": "miniswhite"}),
    "pages": (PAGES, GREYS),
    "pages, compressed": (PAGES, {**GREYS, **ZIP}),
    "pages of colours": (FILM, COLOURS),
    "pages of colours in tiles": (FILM, {**COLOURS, **TILES, "compression": "zlib"}),
    "imagej": (STACK, {"imagej": True, "metadata": {"axes": "ZCYX"}}),
    "ome": (STACK, {"ome": True, "metadata": {"axes": "ZCYX"}, **ZIP}),
    "ome of many axes": (STACK[:, None].repeat(2, 1), {"ome": True, "metadata": {"axes": "TZCYX"}, **GREYS, **ZIP}),
    "channels before pages": (STACK, {"ome": True, "metadata": {"axes": "CZYX"}, **GREYS, **ZIP}),
    "volume in itself": (PAGES, {**GREYS, "volumetric": True, "tile": (16, 16, 16)}),
    "bigtiff": (GREY, {"bigtiff": True}),
    "one pixel": (GREY[:1, :1], {}),
}


@pytest.mark.parametrize(("pixels", "how"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("step", [1, 7, 100])
def test_rows_are_those_of_the_image_read_whole(tmp_path, pixels, how, step):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, pixels, **how)
    whole = read(path)
    with opened(path) as source:
        form = source.form
        assert (form.channels, form.sizes, form.dtype, form.colour) == (
            len(whole.pixels), whole.pixels.shape[1:], whole.pixels.dtype, whole.colour,
        )  # fmt: skip
        pages = whole.pixels.reshape(form.channels, form.pages, form.height, form.width)
        for page in range(form.pages):
            for start in range(0, form.height, step):
                stop = min(start + step, form.height)
                found = source.rows(page, start, stop)
                assert found.dtype.isnative
                np.testing.assert_array_equal(found, pages[:, page, start:stop])


def test_rows_may_be_asked_for_in_any_order(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", DEEP, compression="zlib", rowsperstrip=5)
    with opened(tmp_path / "x.tif") as source:
        for start, stop in [(30, 37), (0, 2), (17, 18), (0, 37)]:
            np.testing.assert_array_equal(source.rows(0, start, stop), DEEP[None, start:stop])


def test_only_the_strips_that_are_asked_for_are_decoded(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "x.tif", DEEP, compression="zlib", rowsperstrip=5)
    decoded = []
    with opened(tmp_path / "x.tif") as source:
        frame = source.source.series.keyframe
        one = frame.decode
        monkeypatch.setitem(
            frame.__dict__, "decode", lambda data, index, **how: (decoded.append(index), one(data, index, **how))[1]
        )
        source.rows(0, 11, 14)
        source.rows(0, 13, 17)
    assert decoded == [2, 3]  # rows 10 to 14 once, then 15 to 19


def test_the_limit_does_not_count_what_is_never_decoded_at_once(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", DEEP, compression="zlib", rowsperstrip=5)
    with opened(tmp_path / "x.tif", Opening(max_pixels=5 * 41)) as source:
        assert source.form.sizes == (37, 41)
    with (
        pytest.raises(DataError, match=r"x\.tif: it has 205 pixels and the limit is 204"),
        opened(tmp_path / "x.tif", Opening(max_pixels=204)),
    ):
        pass


def test_a_resolution_goes_along(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", GREY, resolution=(300, 150), resolutionunit="inch")
    with opened(tmp_path / "x.tif") as source:
        assert source.form.resolution == (300, 150, 2)


@pytest.mark.parametrize("how", [{}, ZIP, TILES])
def test_a_truncated_image_is_named(tmp_path, how, rng):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, rng.integers(0, 256, (80, 80), dtype=np.uint8), **how)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"x\.tif cannot be read as TIFF"):
        last_row(path)


def last_row(path):
    with opened(path) as source:
        return source.rows(0, 79, 80)


def test_several_series_are_said(tmp_path, caplog):
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        file.write(GREY)
        file.write(DEEP[:20])
    with opened(tmp_path / "x.tif") as source:
        assert source.form.sizes == (37, 41)
    assert "x.tif has 2 series of pages; the first is taken" in caplog.text


def test_what_is_missing_for_compressed_images_is_said(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "x.tif", GREY, compression="zstd")
    with opened(tmp_path / "x.tif") as source:
        frame = source.source.series.keyframe
        monkeypatch.setitem(frame.__dict__, "decode", without_imagecodecs)
        with pytest.raises(MissingExtra, match=r"x\.tif: TIFF compressed by ZSTD needs imagecodecs"):
            source.rows(0, 0, 1)


def without_imagecodecs(*_, **__):
    raise ValueError("<COMPRESSION.ZSTD: 50000> requires the 'imagecodecs' package")
