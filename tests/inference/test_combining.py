import json
from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import entropy
from sklearn.datasets import load_digits

import svertka
from svertka import DataError, SettingError, predict
from svertka.inference import Predictor
from svertka.runs import open_run

IMAGES = (load_digits().images[:30] / 16).astype(np.float32)


def table(predictions, names):
    return np.array([[each.answers[name] for name in names] for each in predictions])


@pytest.fixture(scope="module")
def names():
    return [str(digit) for digit in range(10)]


@pytest.fixture(scope="module")
def three(digits_run, convolutions_run, names):
    """What two runs say alone, `(runs, images, classes)`."""
    return np.stack([table(predict(run, IMAGES, top=10), names) for run in (digits_run, convolutions_run)])


def test_several_runs_are_the_mean_of_their_probabilities(digits_run, convolutions_run, three, names):
    found = predict(digits_run, IMAGES, others=convolutions_run, top=10, batch=7)
    np.testing.assert_allclose(table(found, names), three.mean(0), rtol=1e-5, atol=1e-9)
    assert [each.label for each in found] == [names[place] for place in three.mean(0).argmax(1)]


def test_one_view_of_one_run_is_the_run(digits_run):
    assert predict(digits_run, IMAGES, views="multi-scale:1", top=10) == predict(digits_run, IMAGES, top=10)


def test_mirrored_views_are_the_mean_of_an_image_and_its_mirror_image(convolutions_run, names):
    both = np.stack([table(predict(convolutions_run, x, top=10), names) for x in (IMAGES, IMAGES[..., ::-1])])
    found = table(predict(convolutions_run, IMAGES, views="mirror", top=10), names)
    np.testing.assert_allclose(found, both.mean(0), rtol=1e-4, atol=1e-7)
    voted = table(predict(convolutions_run, IMAGES, views="mirror", combine="vote", top=10), names)
    np.testing.assert_allclose(voted, (both.argmax(2)[..., None] == np.arange(10)).mean(0), atol=1e-5)


def test_uncertainty_is_told_of_every_image(digits_run, convolutions_run, three):
    found = predict(digits_run, IMAGES, others=[convolutions_run], uncertainty=True)
    mean = three.mean(0)
    spread = np.take_along_axis(three.std(0), mean.argmax(1)[:, None], 1)[:, 0]
    entropies = [-(p * np.log(np.maximum(p, 1e-300))).sum(-1) for p in (mean, three)]
    wanted = {
        "spread": spread, "entropy": entropies[0], "mutual_information": entropies[0] - entropies[1].mean(0),
    }  # fmt: skip
    for measure, values in wanted.items():
        np.testing.assert_allclose([each.uncertainty[measure] for each in found], values, rtol=1e-4, atol=1e-7)
    document = json.loads(json.dumps(found[0].document()))
    assert document["uncertainty"] == found[0].uncertainty
    assert "uncertainty" not in predict(digits_run, IMAGES[0], views="mirror")[0].document()


def test_numbers_are_averaged_in_their_own_units_and_have_a_spread(tmp_path, rng):
    images = rng.random((60, 6, 6)).astype(np.float32) * rng.random((60, 1, 1)).astype(np.float32)
    np.savez(tmp_path / "sky.npz", x=images, y=np.stack([1e4 + images.mean((1, 2)), images[:, 0, 0]], 1))
    for name, seed in (("a", 0), ("b", 1)):
        svertka.train("linear", tmp_path / "sky.npz", tmp_path / name, epochs=5, batch=16, seed=seed)
    columns = ["target 0", "target 1"]
    alone = np.stack([table(predict(tmp_path / name, images), columns) for name in "ab"])
    found = predict(tmp_path / "a", images, others=tmp_path / "b", uncertainty=True)
    np.testing.assert_allclose(table(found, columns), alone.mean(0), rtol=1e-9)
    spreads = [[each.uncertainty[f"spread of {name}"] for name in columns] for each in found]
    np.testing.assert_allclose(spreads, alone.std(0), rtol=1e-3, atol=1e-6)
    with pytest.raises(SettingError, match="numbers have no votes; combine them by their mean"):
        predict(tmp_path / "a", images, others=tmp_path / "b", combine="vote")


@pytest.mark.parametrize("sizes", [(12,), (5, 6, 4)])
def test_signals_and_volumes_have_views_too(tmp_path, rng, sizes):
    images = rng.random((40, *sizes)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=images, y=np.arange(40) % 2)
    axes = {1: "NT", 3: "NDHW"}[len(sizes)]
    svertka.train("linear", tmp_path / "x.npz", tmp_path / "run", epochs=1, axes=axes, crop=0)
    turns = list(product((1, -1), repeat=len(sizes)))
    turned = [images[(slice(None), *(slice(None, None, step) for step in turn))] for turn in turns]
    alone = [table(predict(tmp_path / "run", x, top=2, axes=axes), "01") for x in turned]
    found = table(predict(tmp_path / "run", images, views="flips", top=2, axes=axes), "01")
    np.testing.assert_allclose(found, np.mean(alone, axis=0), rtol=1e-4)
    assert len(predict(tmp_path / "run", images, views="ten-crop", axes=axes)) == 40


@pytest.mark.parametrize("sizes", [(24, 24), (50, 31)])
@pytest.mark.parametrize("views", ["flips", "dihedral", "multi-scale:0.8/1/1.5"])
def test_masks_of_several_views_are_as_large_as_their_images(outlines_run, rng, sizes, views):
    image = rng.integers(0, 256, sizes).astype(np.uint8)
    (found,) = predict(outlines_run, image, views=views, uncertainty=True)
    assert found.content.shape == sizes
    assert found.answers["object"] == pytest.approx((found.content == 255).mean())
    assert 0 < found.uncertainty["mutual_information"] < found.uncertainty["entropy"] < np.log(2)


@pytest.mark.filterwarnings("error")
def test_images_that_may_not_be_written_to_are_outlined_without_a_warning(outlines_run, rng):
    image = (40 + 150 * (rng.random((24, 24)) < 0.3)).astype(np.uint8)
    (expected,) = predict(outlines_run, image, views="mirror")
    image.flags.writeable = False
    torch.set_warn_always(True)  # not only once in a process
    try:
        (found,) = predict(outlines_run, image, views="mirror")
    finally:
        torch.set_warn_always(False)
    np.testing.assert_array_equal(found.content, expected.content)


def test_of_masks_uncertainty_is_told_place_by_place(outlines_run, rng):
    """Against SciPy's entropy of the probabilities of both views."""
    image = (40 + 150 * (rng.random((24, 24)) < 0.3)).astype(np.uint8)
    predictor = Predictor.load(open_run(outlines_run), "cpu")
    one, other = (
        np.asarray(predictor.answers(predictor.preprocess.normal(torch.from_numpy(x.copy()[None, None])))[0])
        for x in (image, image[:, ::-1])
    )
    both = np.stack([one, other[:, :, ::-1]])
    mean = both.mean(0)
    spread = np.take_along_axis(both.std(0), mean.argmax(0)[None], 0)[0]
    total = entropy(mean, axis=0)
    (found,) = predict(outlines_run, image, views="mirror", uncertainty=True)
    assert (found.doubts.dtype, found.doubts.shape) == (np.float32, (3, 24, 24))
    assert total.std() > 0.01
    np.testing.assert_allclose(found.doubts[0], spread, atol=1e-5)
    np.testing.assert_allclose(found.doubts[1], total, atol=1e-5)
    np.testing.assert_allclose(found.doubts[2], total - entropy(both, axis=1).mean(0), atol=1e-5)
    assert list(found.uncertainty) == ["spread", "entropy", "mutual_information"]
    np.testing.assert_allclose([*found.uncertainty.values()], found.doubts.mean((1, 2)), rtol=1e-5)
    assert predict(outlines_run, image, views="mirror")[0].doubts is None


def test_a_mask_turns_with_its_image_where_all_views_are_seen(outlines_run, rng):
    """Whatever a network does, the mean over a group of turns is equivariant under that group."""
    image = rng.integers(0, 256, (32, 32)).astype(np.uint8)
    (one,), (other,) = (predict(outlines_run, x, views="dihedral") for x in (image, np.rot90(image).copy()))
    assert (np.rot90(one.content) == other.content).mean() > 0.998  # but where both classes are equally likely


def test_bad_images_are_named_or_left_out(photos_run, tmp_path):
    good = next((photos_run.parent / "photos").rglob("*.png"))
    (tmp_path / "bad.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"bad\.png"):
        predict(photos_run, good, tmp_path / "bad.png", views="mirror")
    assert len(predict(photos_run, good, tmp_path / "bad.png", good, views="mirror", skip_bad=True)) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uncertainty": True}, "--uncertainty wants several answers; add --views, --with or --dropout-samples"),
        ({"combine": "vote"}, "--combine vote wants several answers"),
        ({"dense": True, "views": "mirror"}, "--dense makes maps of one run"),
    ],
)
def test_what_does_not_go_together_is_said(digits_run, changes, said):
    with pytest.raises(SettingError, match=said):
        predict(digits_run, IMAGES, **changes)
