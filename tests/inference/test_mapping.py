import numpy as np
import pytest

import svertka
from svertka import DataError, SettingError, ShapeError, predict
from svertka.inference import Predictor
from svertka.inference.mapping import bordered, mapped, turned
from svertka.runs import open_run


@pytest.fixture(scope="module")
def predictor(convolutions_run) -> Predictor:
    return Predictor.load(open_run(convolutions_run))


def image(predictor, rng, *sizes):
    """An image of the kind that the network was trained on."""
    dtype = np.dtype("uint8" if predictor.preprocess.dtype == "uint8" else "float32")
    return (rng.random((1, *sizes)) * (255 if dtype == np.uint8 else 16)).astype(dtype)


def test_a_map_says_at_each_place_what_the_run_says_of_the_patch_around_it(predictor, convolutions_run, rng):
    pixels = image(predictor, rng, 37, 41)
    high, wide = predictor.preprocess.sizes
    (found,) = predict(convolutions_run, pixels[0], dense=True, scores=True, axes="HW")
    assert found.content.shape == (10, 37, 41)
    mirrored = np.pad(pixels[0], [(high // 2, (high - 1) // 2), (wide // 2, (wide - 1) // 2)], mode="reflect")
    for y, x in [(0, 0), (20, 20), (36, 40), (5, 33)]:
        patch = mirrored[y : y + high, x : x + wide]
        answers = predict(convolutions_run, patch, top=10, axes="HW")[0].answers
        for place, name in enumerate(predictor.names):
            assert found.content[place, y, x] == pytest.approx(answers[name], abs=1e-5)
    assert found.answers["3"] == pytest.approx(found.content[3].mean())


def test_the_likeliest_class_is_a_mask_and_shares_are_told(predictor, convolutions_run, rng):
    pixels = image(predictor, rng, 36, 40)[0]
    (found,), (scores,) = (
        predict(convolutions_run, pixels, dense=True, axes="HW", scores=each) for each in (False, True)
    )
    assert (found.content.dtype, found.content.shape) == (np.uint8, (36, 40))
    np.testing.assert_array_equal(found.content, scores.content.argmax(0))
    assert sum(found.answers.values()) == pytest.approx(1)
    assert found.answers["7"] == pytest.approx((found.content == 7).mean())


def test_without_a_border_the_map_is_the_middle_of_the_other(predictor, convolutions_run, rng):
    pixels, made = image(predictor, rng, 40, 50)[0], turned(predictor)
    (whole,), (inner,) = (predict(convolutions_run, pixels, dense=True, axes="HW", scores=True, border=each)
                          for each in ("reflect", "cut"))  # fmt: skip
    cuts = [slice(before, size - after)
            for before, after, size in zip(made.before, made.after, pixels.shape, strict=True)]  # fmt: skip
    np.testing.assert_allclose(inner.content, whole.content[:, *cuts], atol=1e-6)


def test_bands_change_nothing(predictor, rng, monkeypatch):
    made, pixels = turned(predictor), image(predictor, rng, 70, 50)
    whole = mapped(predictor, made, pixels, likeliest=False)
    monkeypatch.setattr("svertka.inference.mapping.PLACES", 2000)
    np.testing.assert_allclose(mapped(predictor, made, pixels, likeliest=False), whole, atol=1e-6)


def test_the_size_of_a_patch_is_said(predictor, caplog):
    with caplog.at_level("INFO", logger="svertka"):
        made = turned(predictor)
    assert f"patches are of {made.patch[0]}x{made.patch[1]} samples" in caplog.text


def test_an_image_without_a_patch_is_named(predictor):
    with pytest.raises(DataError, match=r"tiny.png: an image of 3x50 holds no patch of \d+x\d+"):
        bordered(turned(predictor), "tiny.png", np.zeros((1, 3, 50), np.uint8), "cut")


def test_runs_of_other_tasks_and_networks_with_padding_are_refused(outlines_run, tmp_path, photos):
    with pytest.raises(
        SettingError, match="--dense is for classes or numbers of patches, and this run's task is segment"
    ):
        predict(outlines_run, np.zeros((24, 24), np.uint8), dense=True)
    svertka.train("resnet20", photos, tmp_path / "run", epochs=1, batch=16)
    with pytest.raises(ShapeError, match=r"layer stem.0 \(Conv2d\) forbids a dense map: it pads"):
        predict(tmp_path / "run", photos, dense=True)


def test_maps_of_numbers_are_in_their_own_units(tmp_path, rng):
    images = rng.integers(0, 255, (60, 24, 24)).astype(np.uint8)
    np.savez(tmp_path / "data.npz", x=images, y=images.mean(axis=(1, 2)) * 100)
    svertka.train("lenet5", tmp_path / "data.npz", tmp_path / "run", epochs=1, batch=16, task="regress")
    predictor = Predictor.load(open_run(tmp_path / "run"))
    high, wide = predictor.preprocess.sizes
    larger = rng.integers(0, 255, (high + 3, wide + 2)).astype(np.uint8)
    (found,) = predict(tmp_path / "run", larger, dense=True, border="cut")
    wanted = predict(tmp_path / "run", larger[2:-1, 1:-1])[0].score
    assert found.content.shape == (1, 4, 3)
    assert found.content[0, 2, 1] == pytest.approx(wanted, rel=1e-5)
