import dataclasses
import logging
from types import SimpleNamespace

import numpy as np
import pytest

from svertka import DataError
from svertka.data.datasets import Origin, classified, measured
from svertka.data.preprocess import Preprocess
from svertka.data.samples import Arrays
from svertka.data.stores import OnDemand, digest
from svertka.evaluation.selecting import Selection, fitted, select, unseen
from svertka.runs import Row

PREPROCESS = Preprocess(
    colour="grey", channels=1, model="keep", dtype="uint8", fill=None, pages="auto", sizes=(4, 4), resize="cover",
    scale=255.0, mean=(0.5,), deviation=(0.25,),
)  # fmt: skip


def predictor(task, *names):
    return SimpleNamespace(names=names, facts=SimpleNamespace(task=task))


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (10, 4, 4)).astype(np.uint8)


def arrays(images, parts=None, source="mine.npz"):
    return Origin("mine", source, "arrays", Arrays({"x": images}, "NHW"), parts)


def photos(images, parts=None, source="mine.npz"):
    return classified(arrays(images, parts, source), list("ab") * (len(images) // 2))


def trained_on(images, source="mine.npz"):
    """A run that had images 0 to 5 for training, 6 and 7 for validation, and 8 and 9 for the test."""
    parts = ["train"] * 6 + ["val"] * 2 + ["test"] * 2
    rows = [Row(f"x[{place}]", part, digest(images[place][None])) for place, part in enumerate(parts)]
    return SimpleNamespace(split=rows, asked=SimpleNamespace(data=source))


def chosen(data, run, part="auto"):
    found = select(data, run, OnDemand(data.samples, PREPROCESS), part)
    return found.indices.tolist(), found.part


def test_its_own_data_gives_its_own_test_part(images):
    assert chosen(photos(images), trained_on(images)) == ([8, 9], "test")


@pytest.mark.parametrize(
    ("part", "expected"), [("train", [0, 1, 2, 3, 4, 5]), ("val", [6, 7]), ("test", [8, 9]), ("all", list(range(10)))]
)
def test_any_part_may_be_asked_for(images, part, expected):
    assert chosen(photos(images), trained_on(images), part) == (expected, part)


def test_other_data_is_taken_whole(images, rng):
    others = rng.integers(0, 256, (6, 4, 4)).astype(np.uint8)
    assert chosen(photos(others, source="other.npz"), trained_on(images)) == (list(range(6)), "all")


def test_a_copy_of_the_data_gives_what_training_has_not_seen(images, caplog):
    with caplog.at_level(logging.INFO):
        found = chosen(photos(images, source="copy.npz"), trained_on(images))
    assert found == ([8, 9], "test")
    assert "8 samples that the network was trained on are left out; --part all takes them too" in caplog.text


def test_a_sample_that_is_only_called_the_same_is_not_left_out(images, rng):
    changed = images.copy()
    changed[[1, 7]] = rng.integers(0, 256, (2, 4, 4))
    assert chosen(photos(changed, source="copy.npz"), trained_on(images)) == ([1, 7, 8, 9], "test")


def test_a_test_part_of_the_data_itself_comes_first(images):
    parts = [""] * 3 + ["test"] * 3 + [""] * 4
    assert chosen(photos(images, parts, source="copy.npz"), trained_on(images)) == ([3, 4, 5, 8, 9], "test")


@pytest.mark.parametrize("part", ["val", "auto"])
def test_a_part_that_is_not_there_is_refused(images, part):
    run = trained_on(images)
    run.split = [row._replace(part="train") for row in run.split]
    with pytest.raises(DataError, match=r"mine\.npz has no samples of the (val|all|test) part .*see --part"):
        chosen(photos(images), run, part)


def test_classes_are_put_into_the_networks_order(images):
    data = fitted(photos(images), predictor("classify", "z", "b", "a"))
    assert [data.classes[target] for target in data.targets] == list("ab") * 5
    assert data.classes == ("z", "b", "a")


def test_numbers_are_put_into_the_networks_order(images):
    values = np.stack([np.arange(10), -np.arange(10)], 1)
    data = fitted(measured(arrays(images), values, ["mass", "charge"]), predictor("regress", "charge", "mass"))
    assert data.columns == ("charge", "mass")
    np.testing.assert_array_equal(data.targets, values[:, ::-1])


@pytest.mark.parametrize(
    ("task", "names", "said"),
    [
        ("classify", ["a", "c"], r"mine\.npz has classes b, but this network was trained on a, c"),
        ("regress", ["mass"], r"mine\.npz has classes, but this network gives mass"),
        ("classify", [f"c{place}" for place in range(12)], "has classes a, b, but .* c9 and 2 more"),
    ],
)
def test_classes_the_network_does_not_know_are_named(images, task, names, said):
    with pytest.raises(DataError, match=said):
        fitted(photos(images), predictor(task, *names))


def test_numbers_the_network_does_not_give_are_named(images):
    data = measured(arrays(images), np.arange(10), ["mass"])
    with pytest.raises(DataError, match="has mass, but this network gives charge"):
        fitted(data, predictor("regress", "charge"))
    with pytest.raises(DataError, match="has numbers, but this network was trained on a"):
        fitted(dataclasses.replace(data, classes=()), predictor("classify", "a"))


def others(images, tested):
    """A run that had the images for training, but for those it is tested on."""
    rows = [
        Row(f"x[{place}]", "test" if place in tested else "train", digest(image[None]))
        for place, image in enumerate(images)
    ]
    return SimpleNamespace(split=rows, asked=SimpleNamespace(data="mine.npz"))


def test_what_another_run_was_trained_on_is_left_out(images, caplog):
    data = photos(images)
    source, first = OnDemand(data.samples, PREPROCESS), Selection(np.array([6, 8, 9]), "test")
    with caplog.at_level(logging.WARNING):
        found = unseen(first, data, [(others(images, {3, 6, 9}), PREPROCESS)], source, "test")
    assert (found.indices.tolist(), found.part) == ([6, 9], "test")
    assert "1 samples are left out, for one of the other runs was trained on them" in caplog.text
    with pytest.raises(DataError, match=r"no samples of the test part that no run was trained on; .* one --seed"):
        unseen(first, data, [(others(images, {1}), PREPROCESS)], source, "test")
