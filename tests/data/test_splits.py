from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svertka import DataError
from svertka.data.datasets import Origin, classified, measured
from svertka.data.samples import Arrays
from svertka.data.sets import open_data
from svertka.data.splits import counted, split
from svertka.settings import DataSettings


def origin(count, parts=None):
    return Origin("mine", "mine.npz", "arrays", Arrays({"x": np.zeros((count, 2, 2))}, "NHW"), parts)


def labelled(labels, parts=None):
    return classified(origin(len(labels), parts), labels)


LABELS = st.lists(st.sampled_from("abc"), min_size=4, max_size=80).filter(lambda labels: len(set(labels)) > 1)


@given(LABELS, st.floats(0, 0.6), st.floats(0, 0.6), st.integers(0, 5))
def test_every_class_gives_its_share_and_keeps_one_for_training(labels, val, test, seed):
    parts = split(labelled(labels), val=val, test=test, seed=seed)
    found = Counter(zip(labels, parts.tolist(), strict=True))
    for label, count in Counter(labels).items():
        held = min(round(test * count), count - 1)
        rest = count - held
        assert found[label, "test"] == held
        assert found[label, "val"] == min(round(val * rest), rest - 1)
        assert found[label, "train"] >= 1


def test_the_same_seed_gives_the_same_parts_and_another_gives_others():
    data = labelled(list("ab") * 50)
    first, again, other = (split(data, val=0.2, test=0.2, seed=seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_the_test_part_does_not_depend_on_the_share_for_validation():
    data = labelled(list("ab") * 50)
    one, other = (split(data, val=val, test=0.2, seed=0) == "test" for val in (0, 0.4))
    assert (one == other).all()


def test_every_sample_is_equally_likely_held_back():
    data = labelled(list("ab") * 10)
    shares = np.mean([split(data, val=0, test=0.3, seed=seed) == "test" for seed in range(2000)], axis=0)
    np.testing.assert_allclose(shares, 0.3, atol=5 * (0.3 * 0.7 / 2000) ** 0.5)


def test_parts_the_source_has_stay_as_they_are():
    marks = ["train"] * 30 + ["test"] * 10 + [""] * 10
    parts = split(labelled(list("ab") * 25, marks), val=0.2, test=0.5, seed=0)
    assert (parts[30:40] == "test").all()
    assert Counter(parts.tolist()) == {"test": 10, "val": 8, "train": 32}


def test_numbers_are_held_back_without_classes():
    data = measured(origin(50), np.arange(50), ["mass"])
    assert Counter(split(data, val=0.1, test=0.2, seed=0).tolist()) == {"train": 36, "test": 10, "val": 4}


def test_nothing_to_train_on_is_refused():
    with pytest.raises(DataError, match=r"mine\.npz leaves no samples to train on"):
        split(labelled(list("abab"), ["test"] * 4), val=0.1, test=0.2, seed=0)


def test_counts_in_words():
    parts = np.array(["train"] * 1200 + ["test"] * 3)
    assert counted(parts) == "1,200 train, 3 test"


def test_of_frames_to_be_forecast_the_last_are_held_back(tmp_path):
    np.save(tmp_path / "frames.npy", np.random.default_rng(0).random((30, 2, 5, 6)))
    data = open_data(tmp_path / "frames.npy", DataSettings(task="forecast", lags="1-2"))
    parts = split(data, val=3, test=5, seed=0)
    assert parts.tolist() == ["train"] * 20 + ["val"] * 3 + ["test"] * 5
    shares = split(data, val=0.1, test=0.25, seed=0)
    assert shares.tolist() == ["train"] * 19 + ["val"] * 2 + ["test"] * 7


def test_a_share_from_one_on_is_a_number():
    parts = split(open_data("digits"), val=50, test=100, seed=0)
    assert abs((parts == "test").sum() - 100) <= 5
    assert abs((parts == "val").sum() - 50) <= 5
