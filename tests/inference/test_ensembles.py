from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

import svertka
from svertka import SettingError, ShapeError
from svertka.engines.kept import Started
from svertka.inference import Predictor
from svertka.inference.ensembles import ensemble_of, pieces, readied
from svertka.runs import open_run
from svertka.settings import PredictSettings


def ensemble(predictor, **changes):
    return ensemble_of(predictor, PredictSettings().but(**changes))


def load(run):
    return Predictor.load(open_run(run), "cpu")


def asked(made, pixels):
    """Every answer to ready pixels, which are made ready in one way only."""
    (way,) = made.preparing
    return [answer.values for answer in made.answers({way: pixels})]


@pytest.fixture
def digits():
    return (load_digits().images[:40] / 16).astype(np.float32)[:, None]


def shuffled(run, folder):
    """A copy of a linear classifier that knows the same classes in another order."""
    copy = open_run(copytree(run, folder))
    order = np.random.default_rng(1).permutation(len(copy.names))
    (copy.path / "classes.txt").write_text("".join(f"{copy.names[place]}\n" for place in order))
    weights = open_run(run).network().state_dict()
    copy.write_weights({name: value[torch.from_numpy(order)] for name, value in weights.items()})
    return copy.path


def test_classes_are_matched_by_name(digits_run, tmp_path, digits):
    other = shuffled(digits_run, tmp_path / "other")
    assert open_run(other).names != open_run(digits_run).names
    one, two = asked(ensemble(load(digits_run), others=other), digits)
    np.testing.assert_allclose(one, two, rtol=1e-5)


def test_every_run_prepares_images_in_its_own_way(photos_run, tmp_path):
    """Of the same photographs one takes grey images and one coloured ones; both say what they say alone."""
    photos = photos_run.parent / "photos"
    svertka.train("linear", photos, tmp_path / "grey", epochs=2, batch=16, colour="grey", size=9)
    (alone, other) = (svertka.predict(run, photos, top=3) for run in (photos_run, tmp_path / "grey"))
    both = svertka.predict(photos_run, photos, others=tmp_path / "grey", top=3)
    for one, two, mean in zip(alone, other, both, strict=True):
        for name, value in mean.answers.items():
            assert value == pytest.approx((one.answers[name] + two.answers[name]) / 2)


def test_runs_that_only_normalise_otherwise_share_ready_pixels(digits_run, tmp_path):
    predictor = load(digits_run)
    other = predictor.preprocess.model_copy(update={"mean": (0.1,), "deviation": (2.0,)})
    assert readied(other) == readied(predictor.preprocess) != readied(other.model_copy(update={"sizes": (9, 9)}))


class Even(nn.Module):
    """Scores that do not know where anything lies."""

    def __init__(self, channels):
        super().__init__()
        torch.manual_seed(0)
        self.decide = nn.Linear(channels, 10).double()

    def forward(self, x):
        return self.decide(x.double().flatten(2).square().mean(-1))


@pytest.mark.parametrize(("views", "count"), [("mirror", 2), ("flips", 4), ("dihedral", 8)])
def test_turned_views_of_a_symmetric_network_are_the_plain_answer(convolutions_run, rng, views, count):
    predictor = replace(load(convolutions_run), network=Even(1))
    made = ensemble(predictor, views=views)
    pixels = rng.random((3, 1, 32, 32)).astype(np.float32)
    answers = asked(made, pixels)
    assert len(answers) == made.passes == count
    for answer in answers:
        np.testing.assert_allclose(answer, predictor.of(pixels), rtol=1e-6)


class Steps(nn.Module):
    """A class for each place, by what lies to its right."""

    def forward(self, x):
        ahead = x.roll(-1, -1)
        return torch.cat([ahead, x - ahead], 1)


@pytest.mark.parametrize("views", ["flips", "dihedral"])
def test_masks_are_turned_back(outlines_run, rng, views):
    """The mean over all turns of what lies on one side is what lies on every side."""
    predictor = replace(load(outlines_run), network=Steps())
    pixels = rng.integers(0, 256, (1, 1, 6, 6)).astype(np.uint8)
    x = predictor.preprocess.normal(torch.from_numpy(pixels))
    sides = {"flips": [(-1, -1), (1, -1)], "dihedral": [(-1, -1), (1, -1), (-1, -2), (1, -2)]}[views]
    wanted = torch.stack([torch.cat([n := x.roll(*side), x - n], 1).softmax(1) for side in sides]).mean(0)
    (way, *_) = (made := ensemble(predictor, views=views)).preparing
    np.testing.assert_allclose(made.tallied({way: pixels}).mean, wanted.numpy(), rtol=1e-5)


def test_scaled_masks_come_back_to_their_places(outlines_run):
    predictor = load(outlines_run)
    made = ensemble(predictor, views="multi-scale:0.5/1/2")
    image = np.zeros((1, 24, 24), np.uint8)
    image[:, 5:14, 8:17] = 200
    ready = {way: way.sized(image)[None] for way in made.preparing}
    assert {pixels.shape[-1] for pixels in ready.values()} == {12, 24, 48}
    answers = [answer.values for answer in made.answers(ready)]
    assert {answer.shape for answer in answers} == {(1, 2, 24, 24)}
    np.testing.assert_allclose(sum(answers).sum(1), 3, rtol=1e-5)
    np.testing.assert_array_equal(answers[1], predictor.of(image[None]))


def test_dropout_samples_are_counted_and_seeded(digits_run, digits):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 20), nn.Dropout(0.5), nn.Linear(20, 10)).eval()
    predictor = replace(load(digits_run), network=network)
    one, same, other = (asked(ensemble(predictor, dropout_samples=3, seed=seed), digits) for seed in (0, 0, 1))
    assert len(one) == 3
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one[0], other[0])
    (few,) = asked(ensemble(predictor, dropout_samples=1), digits[:7])
    np.testing.assert_allclose(few, one[0][:7], rtol=1e-5)


def test_an_engine_is_left_out_where_the_network_is_thinned(digits_run, digits):
    """An engine computes the whole network, and knows nothing of what is dropped."""

    def refused(images):
        raise AssertionError("the engine was asked")

    network = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, 10)).eval()
    predictor = replace(load(digits_run), network=network, engine=Started(refused, (1, 1, 8, 8)))
    assert len(asked(ensemble(predictor, dropout_samples=2), digits)) == 2
    with pytest.raises(AssertionError, match="the engine was asked"):
        asked(ensemble(predictor, views="mirror"), digits)


def test_pieces_join_to_all_images(outlines_run):
    made = ensemble(load(outlines_run), views="mirror")
    for places in ((24, 24), (3000, 3000)):
        found = np.concatenate([np.arange(10)[piece] for piece in pieces(10, made, places)])
        assert found.tolist() == list(range(10))


def test_runs_that_are_called_alike_are_told_by_their_paths(digits_run, convolutions_run, tmp_path):
    twin = copytree(convolutions_run, tmp_path / "the first run")
    assert [each.name for each in ensemble(load(digits_run), others=[twin]).members] == ["the first run", str(twin)]


def test_a_run_that_is_given_twice_is_refused(digits_run, convolutions_run, tmp_path):
    twin = copytree(digits_run, tmp_path / "twin")
    with pytest.raises(SettingError, match="twin has the very weights of the first run; give each run once"):
        ensemble(load(digits_run), others=[convolutions_run, twin])


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"views": "multi-scale"}, SettingError, "linear takes images of 8x8 only, and the view .0.75 .* is of 6x6"),
        (
            {"dropout_samples": 2},
            SettingError,
            "--dropout-samples is for networks with dropout, and linear of .* has none",
        ),
        ({"others": Path("gone")}, svertka.RunError, "there is no run folder gone"),
        ({"views": "fips"}, svertka.UnknownName, "no view is called 'fips'; did you mean 'flips'"),
        ({"dropout_samples": -1}, SettingError, "setting dropout_samples .*greater than or equal to 0"),
        ({"combine": "median"}, SettingError, "setting combine .*'mean' or 'vote'"),
    ],
)
def test_what_a_network_cannot_do_is_said(digits_run, changes, error, said):
    with pytest.raises(error, match=said):
        ensemble(load(digits_run), **changes)


def test_a_view_that_is_too_small_names_the_layer(convolutions_run):
    with pytest.raises(
        ShapeError, match=r"the view '0\.75 of the size' cannot be shown: .* layer .* smallest .* 32x32"
    ):
        ensemble(load(convolutions_run), views="multi-scale")


def test_crops_are_not_for_masks_and_frames_and_sounds_have_no_views(outlines_run, forecast_run, sounds_run):
    with pytest.raises(SettingError, match="crops are for answers to whole images"):
        ensemble(load(outlines_run), views="ten-crop")
    for run, task in ((forecast_run, "forecast"), (sounds_run, "next")):
        with pytest.raises(SettingError, match=f"this run's task is {task}"):
            ensemble(load(run), views="mirror")


def test_runs_that_do_not_agree_are_told_apart(digits_run, convolutions_run, photos_run, outlines_run, tmp_path):
    with pytest.raises(
        SettingError, match="has the names blue, green, red, and the first has 0, 1, 2, 3, 4 and 5 more"
    ):
        ensemble(load(digits_run), others=photos_run)
    with pytest.raises(SettingError, match="has the task segment, and the first has classify"):
        ensemble(load(digits_run), others=outlines_run)
    np.savez(tmp_path / "deep.npz", x=np.arange(20 * 64).reshape(20, 8, 8).astype(np.uint16), y=np.arange(20) % 10)
    svertka.train("linear", tmp_path / "deep.npz", tmp_path / "deep", epochs=1, val=0, test=0)
    with pytest.raises(SettingError, match="has pixels of type uint16, and the first has float"):
        ensemble(load(digits_run), others=tmp_path / "deep")
    assert len(ensemble(load(digits_run), others=convolutions_run).members) == 2
