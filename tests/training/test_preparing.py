import numpy as np
import pytest
import torch

from svertka import DataError, RunError, ShapeError
from svertka.data.datasets import Origin, classified, measured
from svertka.data.samples import Arrays
from svertka.data.stores import silent
from svertka.settings import TrainSettings
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
