import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

import svertka
from interrupting import Stop, stopping
from svertka import DataError, SettingError, ShapeError
from svertka.data.windows import opened
from svertka.inference import Predictor
from svertka.inference.large import predicted_in_tiles
from svertka.runs import open_run
from svertka.settings import PredictSettings


@pytest.fixture
def predictor(convolutions_run):
    return Predictor.load(open_run(convolutions_run), "cpu")


@pytest.fixture
def picture(tmp_path, predictor, rng):
    """A plane of digits and noise, of the kind that the network was trained on."""
    pixels = rng.random((130, 171)).cumsum(0) % 1
    pixels = pixels * 255 if predictor.preprocess.dtype == "uint8" else pixels * 16
    np.save(tmp_path / "in.npy", pixels.astype(predictor.preprocess.dtype))
    return tmp_path / "in.npy"


def mapped(predictor, picture, *, out="out.npy", progress=None, **changes):
    settings = PredictSettings().but(**{"tile": "45", "dense": True, **changes})
    place = picture.with_name(out)
    return predicted_in_tiles(predictor, picture, place, settings, progress=progress), place


@pytest.mark.parametrize("border", ["reflect", "cut"])
@pytest.mark.parametrize("tile", ["auto", "45"])
def test_the_map_is_that_of_the_whole_image(convolutions_run, predictor, picture, tile, border):
    _, place = mapped(predictor, picture, tile=tile, border=border, scores=True)
    words = {"dense": True, "axes": "HW", "border": border}
    (whole,) = svertka.predict(convolutions_run, np.load(picture), scores=True, **words)
    assert np.load(place).std() > 0.01
    np.testing.assert_allclose(np.load(place), whole.content, atol=1e-5)
    _, place = mapped(predictor, picture, out="mask.npy", tile=tile, border=border)
    (whole,) = svertka.predict(convolutions_run, np.load(picture), **words)
    assert np.load(place).dtype == whole.content.dtype
    assert (np.load(place) != whole.content).mean() < 1e-3  # where two classes are equal but for the last bits


def test_a_map_of_numbers_has_their_units(tmp_path, rng):
    """The network has learned means of patches, which lie about 1,000."""
    images = rng.normal(0, 1, (200, 1, 32, 32)).astype(np.float32) + rng.normal(0, 3, (200, 1, 1, 1)).astype(np.float32)
    np.savez(tmp_path / "means.npz", images=images, labels=images.mean(axis=(1, 2, 3)) * 50 + 1000)
    made = svertka.train("lenet5", tmp_path / "means.npz", tmp_path / "run", task="regress", epochs=2)
    predictor = Predictor.load(made, "cpu")
    np.save(tmp_path / "in.npy", rng.normal(0, 1, (60, 70)).astype(np.float32))
    _, place = mapped(predictor, tmp_path / "in.npy", tile="25")
    (whole,) = svertka.predict(tmp_path / "run", np.load(tmp_path / "in.npy"), dense=True, axes="HW")
    found = np.load(place)
    assert 800 < found.mean() < 1200
    np.testing.assert_allclose(found.reshape(60, 70), whole.content[0], rtol=1e-5)


def test_a_map_without_the_border_lies_where_the_middles_of_its_patches_do(predictor, picture):
    header = fits.Header({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 30.0, "CRVAL2": -5.0, "CRPIX1": 80.0,
                          "CRPIX2": 60.0, "CDELT1": -1e-3, "CDELT2": 1e-3})  # fmt: skip
    fits.writeto(picture.with_name("sky.fits"), np.load(picture), header)
    _, place = mapped(predictor, picture.with_name("sky.fits"), out="map.fits", border="cut")
    with fits.open(place) as found:
        assert found[0].data.shape == (130 - 31, 171 - 31)
        world = WCS(found[0].header).pixel_to_world_values(3.0, 7.0)
    np.testing.assert_allclose(world, WCS(header).pixel_to_world_values(3.0 + 16, 7.0 + 16), rtol=1e-12)


def test_an_interrupted_map_goes_on_and_no_other_answer_does(predictor, picture):
    with pytest.raises(Stop):
        mapped(predictor, picture, progress=stopping(5))
    for changes in ({"border": "cut"}, {"scores": True}):
        with pytest.raises(DataError, match=r"out.npy was begun with another answer"):
            mapped(predictor, picture, **changes)
    done, place = mapped(predictor, picture)
    assert done.before == 5
    _, other = mapped(predictor, picture, out="other.npy")
    np.testing.assert_array_equal(np.load(place), np.load(other))


def test_what_cannot_be_mapped_is_said_before_anything_is_written(predictor, picture, outlines_run, tmp_path, photos):
    small = picture.with_name("small.npy")
    np.save(small, np.load(picture)[:16])
    with pytest.raises(DataError, match=r"small.npy: an image of 16x171 is too small to be mirrored around patches of"):
        mapped(predictor, small)
    with pytest.raises(DataError, match=r"small.npy: an image of 16x171 holds no patch of 32x32"):
        mapped(predictor, small, border="cut")
    with pytest.raises(SettingError, match="this one was trained to classify; with --dense it makes a map of patches"):
        mapped(predictor, picture, dense=False)
    outlining = Predictor.load(open_run(outlines_run), "cpu")
    with pytest.raises(SettingError, match="--dense is for classes or numbers of patches, and this run's task is seg"):
        mapped(outlining, picture)
    padded = Predictor.load(svertka.train("resnet20", photos, tmp_path / "run", epochs=1, batch=16), "cpu")
    with pytest.raises((ShapeError, DataError)):
        mapped(padded, picture)
    assert not picture.with_name("out.npy").exists()


def test_places_around_what_cannot_be_read_have_no_answer(predictor, tmp_path, rng):
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(tmp_path / "in.zarr", shape=(60, 300), chunks=(60, 60), dtype=predictor.preprocess.dtype)
    array[:] = rng.integers(1, 16, (60, 300))
    (tmp_path / "in.zarr" / "c" / "0" / "4").write_bytes(b"nonsense")
    done, place = mapped(predictor, tmp_path / "in.zarr", out="out.zarr", tile="64", skip_bad=True, scores=True)
    assert done.bad > 0
    with opened(place) as source:
        found = source.read((slice(0, 60), slice(0, 300)))
    assert np.isnan(found[:, :, 240:]).all()
    assert np.isfinite(found[:, :, : 240 - 32 - 4]).all()
