import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

import svertka
from svertka import DataError, SettingError
from svertka.data.windows import created, opened, pieces
from svertka.inference import Predictor
from svertka.inference.large import outlined_in_tiles
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
    return outlined_in_tiles(predictor, picture, place, settings, overwrite=overwrite, progress=progress), place


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


class Stop(Exception):
    pass


def stopping(after):
    def progress(done, total):
        if done == after:
            raise Stop

    return progress


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
    [({"views": "flips"}, "--tile makes the mask of one run"), ({"uncertainty": True}, "--uncertainty wants several")],
)
def test_tiles_are_of_one_answer(predictor, tmp_path, changes, said):
    with pytest.raises(SettingError, match=said):
        outlined_in_tiles(predictor, tmp_path / "a.npy", tmp_path / "b.npy", PredictSettings(tile="auto", **changes))
