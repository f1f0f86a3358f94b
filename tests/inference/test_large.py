import subprocess
import sys

import h5py
import numpy as np
import pytest
import tifffile
import torch
from astropy.io import fits
from astropy.wcs import WCS

import svertka
from interrupting import Stop, stopping
from svertka import DataError, SettingError
from svertka.data.formats import Opening
from svertka.data.windows import created, opened, pieces
from svertka.inference import Predictor
from svertka.inference.large import predicted_in_tiles
from svertka.runs import open_run
from svertka.settings import PredictSettings


@pytest.fixture
def predictor(outlines_run):
    return Predictor.load(open_run(outlines_run), "cpu")


@pytest.fixture
def picture(tmp_path, rng):
    """A plane with bright discs, in a file."""
    rows, columns = np.mgrid[:130, :171]
    discs = (rows % 40 - 20) ** 2 + (columns % 50 - 20) ** 2 < 25
    np.save(tmp_path / "in.npy", (40 + 150 * discs + rng.integers(-20, 21, discs.shape)).astype(np.uint8))
    return tmp_path / "in.npy"


def outlined(predictor, picture, *, out="out.npy", **changes):
    overwrite = changes.pop("overwrite", False)
    progress = changes.pop("progress", None)
    settings = PredictSettings().but(**{"tile": "32", **changes})
    place = picture.with_name(out)
    return predicted_in_tiles(predictor, picture, place, settings, overwrite=overwrite, progress=progress), place


@pytest.mark.parametrize("tile", ["auto", "32", "47"])
def test_the_mask_is_that_of_the_whole_image(outlines_run, predictor, picture, tile):
    _, place = outlined(predictor, picture, tile=tile)
    (whole,) = svertka.predict(outlines_run, np.load(picture))
    found = np.load(place)
    assert found.dtype == whole.content.dtype
    assert found.shape == (130, 171)
    assert 0.001 < (found > 0).mean() < 0.9
    assert (found != whole.content).sum() <= 2  # where two classes are equal but for the last bit


@pytest.mark.parametrize("ending", ["tif", "fits", "zarr"])
def test_every_format_of_windows_goes_in_and_out(predictor, picture, ending):
    with (
        opened(picture) as source,
        created(
            picture.with_name(f"in.{ending}"), channels=1, sizes=source.sizes, dtype=source.dtype, tile=(64, 64)
        ) as copy,
    ):
        for window in pieces((slice(0, 130), slice(0, 171)), (64, 64)):
            copy.write(window, source.read(window))
            copy.mark(window)
    _, wanted = outlined(predictor, picture, out="wanted.npy")
    _, place = outlined(predictor, picture.with_name(f"in.{ending}"), out=f"out.{ending}")
    with opened(place) as mask:
        np.testing.assert_array_equal(mask.read((slice(0, 130), slice(0, 171)))[0], np.load(wanted))


def test_a_mask_of_a_piece_of_the_sky_lies_where_the_image_does(predictor, picture):
    header = fits.Header({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 30.0, "CRVAL2": -5.0, "CRPIX1": 80.0,
                          "CRPIX2": 60.0, "CDELT1": -1e-3, "CDELT2": 1e-3})  # fmt: skip
    fits.writeto(picture.with_name("sky.fits"), np.load(picture), header)
    _, place = outlined(predictor, picture.with_name("sky.fits"), out="mask.fits")
    with fits.open(place) as found:
        world = WCS(found[0].header).pixel_to_world_values(3.0, 7.0)
    np.testing.assert_allclose(world, WCS(header).pixel_to_world_values(3.0, 7.0), rtol=1e-12)


def test_nothing_but_the_mask_is_left(predictor, picture):
    done, place = outlined(predictor, picture)
    assert done.tiles == 30
    assert sorted(path.name for path in place.parent.iterdir()) == ["in.npy", "out.npy"]


def test_a_file_that_cannot_be_leaves_nothing_behind(predictor, picture):
    with pytest.raises(SettingError, match=r"out.gif cannot be written in windows"):
        outlined(predictor, picture, out="out.gif")
    assert [path.name for path in picture.parent.iterdir()] == ["in.npy"]


def test_an_interrupted_job_goes_on_with_the_tiles_it_began_with(predictor, picture):
    with pytest.raises(Stop):
        outlined(predictor, picture, progress=stopping(7))
    done, place = outlined(predictor, picture, tile="64")
    assert done.sides == (32, 32)
    assert done.before == 7
    _, other = outlined(predictor, picture, out="other.npy")
    assert np.array_equal(np.load(place), np.load(other))


def test_only_the_same_job_goes_on(predictor, picture):
    with pytest.raises(Stop):
        outlined(predictor, picture, progress=stopping(3))
    np.save(picture, np.zeros((130, 171), np.uint8))
    with pytest.raises(DataError, match=r"out.npy was begun with another image; .*--overwrite"):
        outlined(predictor, picture)
    done, _ = outlined(predictor, picture, overwrite=True)
    assert done.before == 0


def test_a_finished_mask_is_not_replaced_unasked(predictor, picture):
    _, place = outlined(predictor, picture)
    with pytest.raises(DataError, match=r"out.npy is there already; replace it with --overwrite"):
        outlined(predictor, picture)
    assert not place.with_name(".out.npy.job").exists()


@pytest.mark.parametrize("ending", ["npy", "tif", "fits", "zarr"])
def test_the_probability_of_every_class_takes_the_place_of_the_mask(predictor, picture, ending):
    _, mask = outlined(predictor, picture)
    _, place = outlined(predictor, picture, out=f"scores.{ending}", scores=True)
    with opened(place, axes="CHW" if ending == "npy" else None, opening=Opening(pages="channels")) as found:
        assert (found.channels, found.sizes, found.dtype) == (2, (130, 171), np.float32)
        scores = found.read((slice(0, 130), slice(0, 171)))
    np.testing.assert_array_equal(scores.argmax(0) * 255, np.load(mask))
    with torch.inference_mode():
        whole = predictor.answers(predictor.preprocess.normal(torch.from_numpy(np.load(picture)[None, None])))[0]
    np.testing.assert_allclose(scores, whole, atol=1e-5)


def test_probabilities_do_not_go_on_with_a_mask(predictor, picture):
    with pytest.raises(Stop):
        outlined(predictor, picture, progress=stopping(3))
    with pytest.raises(DataError, match=r"out.npy was begun with another answer"):
        outlined(predictor, picture, scores=True)


def test_an_array_in_hdf5_is_outlined(predictor, picture):
    with h5py.File(picture.with_name("in.h5"), "w") as file:
        file["pixels"] = np.load(picture)
    _, wanted = outlined(predictor, picture)
    _, found = outlined(predictor, picture.with_name("in.h5:pixels"), out="other.npy")
    np.testing.assert_array_equal(np.load(found), np.load(wanted))


@pytest.fixture
def torn(picture, rng):
    """A long TIFF with a broken tile at its end, of which the begin knows nothing."""
    pixels = rng.integers(0, 255, (48, 480), dtype=np.uint8)
    place = picture.with_name("torn.tif")
    tifffile.imwrite(place, pixels, tile=(48, 48), compression="zlib")
    with tifffile.TiffFile(place) as file:
        begin, length = file.pages[0].dataoffsets[8], file.pages[0].databytecounts[8]
    with place.open("r+b") as file:
        file.seek(begin)
        file.write(bytes(length))
    return place, pixels


def test_a_broken_tile_is_named_and_may_be_left_out_later(predictor, torn):
    place, pixels = torn
    with pytest.raises(DataError, match=r"torn.tif, block \[0:48, 384:432\] cannot be read as TIFF"):
        outlined(predictor, place, tile="96")
    done, mask = outlined(predictor, place, tile="96", skip_bad=True)
    assert done.before > 0
    assert 0 < done.bad < 5
    found = np.load(mask)
    assert (found[:, 384:432] == 254).all()
    np.save(place.with_name("sound.npy"), pixels)
    _, sound = outlined(predictor, place.with_name("sound.npy"), out="other.npy", tile="96")
    answered = found != 254
    assert answered[:, :256].all()
    np.testing.assert_array_equal(found[answered], np.load(sound)[answered])


def test_gaps_of_a_job_that_was_interrupted_are_counted_too(predictor, torn):
    with pytest.raises(Stop):
        outlined(predictor, torn[0], tile="96", skip_bad=True, progress=stopping(4))
    done, place = outlined(predictor, torn[0], tile="96", skip_bad=True)
    assert done.before == 4
    assert done.bad == outlined(predictor, torn[0], out="other.npy", tile="96", skip_bad=True)[0].bad > 0
    assert np.array_equal(np.load(place), np.load(place.with_name("other.npy")))


def test_probabilities_have_nan_where_the_image_cannot_be_read(predictor, torn):
    done, place = outlined(predictor, torn[0], tile="96", skip_bad=True, scores=True)
    found = np.load(place)
    assert done.bad > 0
    assert np.isnan(found[:, :, 384:432]).all()
    assert np.isfinite(found[:, :, :256]).all()


def test_a_second_job_for_the_same_file_is_refused(predictor, picture):
    def meanwhile(done, total):
        with pytest.raises(DataError, match=r"another job is writing .*out.npy; wait for it"):
            outlined(predictor, picture, overwrite=True)

    done, _ = outlined(predictor, picture, tile="90", progress=meanwhile)
    assert done.tiles == 4


FULL = """
import resource, sys
from svertka.cli.app import run
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
raise SystemExit(run(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of files there")
def test_where_no_more_can_be_written_the_job_stops_in_a_line_and_goes_on_later(outlines_run, predictor, picture):
    """A limit of the length of files, which only the last and whole tiles of the Zarr go beyond, is as a full disk."""
    out = picture.with_name("out.zarr")
    words = ["predict", str(outlines_run), str(picture), "--tile", "90", "--out", str(out), "--scores"]
    found = subprocess.run([sys.executable, "-c", FULL, "20000", *words], capture_output=True, text=True)
    assert found.returncode == 1
    assert found.stderr == (
        f"svertka: cannot write {out}: File too large; what is finished is kept, and the same job goes on from there\n"
    )
    assert not out.exists()
    _, place = outlined(predictor, picture, out="out.zarr", tile="64", scores=True)
    _, other = outlined(predictor, picture, out="other.npy", tile="90", scores=True)
    with opened(place) as one:
        assert one.reader.block == (90, 90)
        np.testing.assert_array_equal(one.read((slice(0, 130), slice(0, 171))), np.load(other))


def test_images_of_another_kind_are_named(predictor, tmp_path):
    np.save(tmp_path / "deep.npy", np.zeros((64, 64), np.uint16))
    with pytest.raises(DataError, match=r"deep.npy: its pixels are uint16, but this network was trained on uint8"):
        outlined(predictor, tmp_path / "deep.npy")
    np.save(tmp_path / "line.npy", np.zeros(64, np.uint8))
    with pytest.raises(DataError, match=r"line.npy has 1 axes \(64\), but wanted are 2"):
        outlined(predictor, tmp_path / "line.npy")
    np.save(tmp_path / "colours.npy", np.zeros((64, 64, 4), np.uint8))
    with pytest.raises(DataError, match=r"colours.npy: it has 4 channels"):
        outlined(predictor, tmp_path / "colours.npy")
    assert not (tmp_path / "out.npy").exists()


def test_a_run_that_scales_images_is_refused(predictor, picture):
    scaling = predictor.preprocess.model_copy(update={"resize": "stretch"})
    other = Predictor(predictor.network, scaling, predictor.names, predictor.facts, predictor.device)
    with pytest.raises(DataError, match=r"would be scaled from 130x171 to 24x24 first, as in the training"):
        outlined(other, picture)


def test_other_tasks_are_refused(digits_run, picture):
    with pytest.raises(SettingError, match=r"--tile is for networks that outline \(segment\).* trained to classify"):
        outlined(Predictor.load(open_run(digits_run), "cpu"), picture)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"views": "flips"}, "--tile makes the mask or map"),
        ({"uncertainty": True}, "--uncertainty wants several"),
    ],
)
def test_tiles_are_of_one_answer(predictor, tmp_path, changes, said):
    with pytest.raises(SettingError, match=said):
        predicted_in_tiles(predictor, tmp_path / "a.npy", tmp_path / "b.npy", PredictSettings(tile="auto", **changes))
