import numpy as np
import pytest
import torch

from svertka import DataError, RunError, SettingError, ShapeError, SvertkaError
from svertka.data.datasets import Origin, classified, measured
from svertka.data.samples import Arrays
from svertka.data.sets.targets import outlined
from svertka.data.spheres.fields import from_equirectangular
from svertka.data.spheres.healpix import from_healpix
from svertka.data.spheres.planes import from_plane
from svertka.data.spheres.turning import own_turn
from svertka.data.stores import silent
from svertka.settings import DataSettings, TrainSettings
from svertka.training.preparing import prepare, prepare_again

CPU = torch.device("cpu")


def pictures(shape, count=40, dtype=np.uint8, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 200, (count, *shape)).astype(dtype)


def classes(images, axes):
    origin = Origin("some", "some.npz", "arrays", Arrays({"x": images}, axes))
    return classified(origin, (np.arange(len(images)) % 4).tolist())


def numbers(images, values):
    return measured(Origin("some", "some.npz", "arrays", Arrays({"x": images}, "NHW")), values, ["mass"])


def ready(data, name="auto", **changes):
    return prepare(name, data, TrainSettings().but(**changes), CPU, silent)


@pytest.mark.parametrize(
    ("shape", "axes", "network", "sizes"),
    [
        ((8, 8), "NHW", "lenet5", (32, 32)),
        ((28, 28), "NHW", "lenet5", (32, 32)),
        ((32, 32, 3), "NHWC", "resnet20", (32, 32)),
        ((60, 40, 3), "NHWC", "resnet20", (60, 40)),
        ((100, 70), "NHW", "resnet18", (100, 70)),
        ((200,), "NT", "resnet20", (200,)),
        ((16, 16, 16), "NDHW", "resnet20", (16, 16, 16)),
    ],
)
def test_the_network_and_the_size_suit_the_images(shape, axes, network, sizes):
    found = ready(classes(pictures(shape), axes))
    assert found.facts.variant == network
    assert found.facts.sizes == sizes


def test_mean_and_deviation_are_those_of_the_training_part():
    images = pictures((8, 8, 3), count=60)
    found = ready(classes(images, "NHWC"), "linear")
    training = images[found.part("train")] / 255
    np.testing.assert_allclose(found.shelf.preprocess.mean, training.mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(found.shelf.preprocess.deviation, training.std(axis=(0, 1, 2)), rtol=1e-12)


def test_numbers_are_learned_in_deviations_of_the_training_part():
    values = np.arange(40.0)[:, None] * 100 + 7
    found = ready(numbers(pictures((8, 8)), values), "linear")
    training = found.shelf.lessons.take(found.part("train"))
    assert training.mean() == pytest.approx(0, abs=1e-6)
    assert training.std(correction=0) == pytest.approx(1, rel=1e-6)
    back = found.shelf.lessons.take(np.arange(40)).numpy() * found.facts.target_deviation + found.facts.target_mean
    np.testing.assert_allclose(back, values, atol=2e-4)  # float32 of deviations of 1154


def test_parts_are_apart_and_together_all():
    found = ready(classes(pictures((8, 8)), "NHW"), "linear", val=0.25, test=0.25)
    parts = [set(found.part(part)) for part in ("train", "val", "test")]
    assert sorted(index for part in parts for index in part) == list(range(40))
    assert [len(part) for part in parts] == [24, 8, 8]  # of each class's ten: two for the test, two of the rest


def test_every_choice_is_made_and_none_that_was_made_is_changed():
    found = ready(classes(pictures((8, 8)), "NHW"), "linear", batch=5, rate=0.3).settings
    assert (found.batch, found.rate) == (5, 0.3)
    open_ones = {name for name, value in found.model_dump().items() if value is None}
    assert open_ones == {"axes", "target", "fill"}


def test_rare_classes_weigh_more_where_it_is_asked():
    images = pictures((8, 8), count=40)
    labels = [0] * 32 + [1] * 8
    data = classified(Origin("some", "some.npz", "arrays", Arrays({"x": images}, "NHW")), labels)
    found = ready(data, "linear", class_weights="balanced", sampling="balanced", val=0, test=0)
    weights = found.stress().weights
    assert weights[1] / weights[0] == pytest.approx(4)
    chances = found.chances()
    assert chances[data.targets == 0].sum() == pytest.approx(chances[data.targets == 1].sum())


def test_images_too_small_are_refused_by_layer_and_size():
    with pytest.raises(ShapeError, match=r"an image of 8x8 is too small .* layer .* works is 32x32"):
        ready(classes(pictures((8, 8)), "NHW"), "lenet5", size="8")


def test_a_size_for_other_axes_is_refused():
    with pytest.raises(ValueError, match="size 8x8x8 is for 3 axes, but the images have 2"):
        ready(classes(pictures((8, 8)), "NHW"), "linear", size="8x8x8")


def test_the_same_is_prepared_again_from_what_a_run_says(digits_run):
    from svertka.data.sets import open_data
    from svertka.runs import Run

    run = Run(digits_run)
    again = prepare_again(run, open_data("digits"), CPU, silent)
    assert again.rows == run.split
    assert again.names == run.names
    assert again.shelf.preprocess == run.preprocess


def test_data_that_has_changed_is_noticed(digits_run):
    from svertka.data.sets import open_data
    from svertka.runs import Run

    data = open_data("digits")
    data.samples.arrays[0] = data.samples.arrays[0].copy()
    data.samples.arrays[0][17] = 0
    with pytest.raises(RunError, match=r"digits has changed since this run began: digits\[17\] is not what it was"):
        prepare_again(Run(digits_run), data, CPU, silent)


def test_nothing_that_can_be_read_is_refused(tmp_path):
    from svertka.data.sets import open_data

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "none.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"has no image that can be read; the first: .*none\.png is empty"):
        ready(open_data(tmp_path), "linear", skip_bad=True)


def test_planar_images_come_onto_the_sphere_at_the_published_bandwidth():
    images = pictures((28, 28))
    found = ready(classes(images, "NHW"), "spherical_mnist", project="sphere")
    assert (found.facts.sizes, found.shelf.preprocess.project) == ((60, 60), "sphere")
    np.testing.assert_array_equal(found.shelf.store.take(np.array([3]))[0], from_plane(images[3:4], 30))
    assert (found.settings.crop, found.settings.rotation, found.settings.zoom) == (0, 0, 0)


@pytest.mark.parametrize(("name", "size", "network"), [("auto", None, "spherical_mnist"), ("lenet5", 48, "lenet5")])
def test_any_network_may_see_what_is_on_the_sphere(name, size, network):
    found = ready(classes(pictures((28, 28)), "NHW"), name, project="sphere", size=size)
    assert (found.facts.variant, found.facts.sizes) == (network, (size or 60,) * 2)
    assert found.settings.optimiser == ("adam" if network == "spherical_mnist" else "sgd")
    assert found.settings.rotation == 0


def test_each_image_is_turned_by_a_rotation_of_its_own_that_the_seed_gives():
    images = np.repeat(pictures((28, 28), count=1), 6, axis=0)
    data = classes(images, "NHW")
    everyone = np.arange(6)
    first, again, other = (
        ready(data, "spherical_mnist", project="sphere", size=24, turned=True, seed=seed, val=0, test=0)
        .shelf.store.take(everyone)
        for seed in (1, 1, 2)
    )  # fmt: skip
    assert len(np.unique(first, axis=0)) == 6
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    turns = np.stack([own_turn(1, f"x[{index}]") for index in everyone])
    np.testing.assert_array_equal(first, from_plane(images[:, None], 12, turns))


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        ("lenet5", {"turned": True}, "only what lies on a sphere can be turned there; .* --project sphere"),
        ("spherical_mnist", {"project": "sphere", "size": 25}, "2b x 2b for a bandwidth b, not 25x25"),
        ("spherical_mnist", {"project": "sphere", "size": "24x26"}, "2b x 2b for a bandwidth b, not 24x26"),
    ],
)
def test_what_makes_no_sense_on_a_sphere_is_said(name, changes, error):
    with pytest.raises(SvertkaError, match=error):
        ready(classes(pictures((28, 28)), "NHW"), name, **changes)


def test_masks_do_not_follow_onto_the_sphere():
    data = outlined(
        Origin("some", "", "masks", Arrays({"x": pictures((16, 16))}, "NHW")),
        Arrays({"masks": pictures((16, 16), seed=1) // 100}, "NHW"), DataSettings(),
    )  # fmt: skip
    with pytest.raises(SettingError, match="for the task segment, leave out project"):
        ready(data, "auto", project="sphere")


def test_images_taken_to_lie_on_the_sphere_are_told_of(caplog):
    with caplog.at_level("INFO"):
        ready(classes(pictures((12, 12)), "NHW"), "spherical_mnist")
    assert "images are taken to lie on it" in caplog.text


@pytest.mark.parametrize(("shape", "axes"), [((12, 24), "NHW"), ((192,), "NT")])
def test_what_is_no_sphere_is_to_be_brought_there(shape, axes):
    with pytest.raises(
        ShapeError, match=r"not (12x24|192); bring them there with --project equirectangular .* healpix"
    ):
        ready(classes(pictures(shape), axes), "spherical_mnist", size=12)


@pytest.mark.parametrize(
    ("project", "shape", "axes", "wanted"),
    [("equirectangular", (24, 48), "NHW", from_equirectangular), ("healpix", (192,), "NT", from_healpix)],
)
def test_fields_and_maps_come_onto_the_sphere(project, shape, axes, wanted):
    images = pictures(shape).astype(np.float32)
    found = ready(classes(images, axes), "spherical_mnist", project=project, size=16)
    np.testing.assert_allclose(found.shelf.store.take(np.array([5]))[0, 0], wanted(images[5], 8), atol=1e-3)
    pixels = found.shelf.store.take(found.part("train"))
    np.testing.assert_allclose(found.shelf.preprocess.mean, [pixels.mean()], rtol=1e-5)


def test_the_empty_half_of_a_sphere_stays_zero():
    found = ready(classes(pictures((28, 28)), "NHW"), "spherical_mnist", project="sphere", size=24)
    pixels = found.shelf.store.take(found.part("train")).astype(float) / 255
    assert found.shelf.preprocess.mean == (0.0,)
    np.testing.assert_allclose(found.shelf.preprocess.deviation, [np.sqrt((pixels**2).mean())], rtol=1e-9)
    assert float(found.shelf.batch(np.array([0])).images[..., 12:, :].abs().max()) == 0
