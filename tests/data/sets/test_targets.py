import numpy as np
import pytest

from svertka.data.datasets import Origin
from svertka.data.samples import Arrays
from svertka.data.sets.targets import MANY, with_targets
from svertka.errors import DataError
from svertka.settings import DataSettings


def learned(values, task="auto", **columns):
    values = np.asarray(values)
    samples = Arrays({"x": np.zeros((len(values), 8, 8), np.uint8)}, "NHW")
    return with_targets(Origin("name", "some.npz", "arrays", samples), values, DataSettings(task=task), **columns)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["cat", "dog", "cat"], ["cat", "dog", "cat"]),
        ([b"cat", b"dog", b"cat"], ["cat", "dog", "cat"]),
        (np.array([b"cat", b"dog", b"cat"], object), ["cat", "dog", "cat"]),
        ([10, 2, 10], ["10", "2", "10"]),
        ([10.0, 2.0, 10.0], ["10", "2", "10"]),
        ([-1, 1, -1], ["-1", "1", "-1"]),
        ([[10], [2], [10]], ["10", "2", "10"]),
        ([[[10]], [[2]], [[10]]], ["10", "2", "10"]),
        ([True, False, True], ["True", "False", "True"]),
        ([[0, 1, 0], [1, 0, 0], [0, 0, 1]], ["1", "0", "2"]),
        ([[False, True], [True, False], [False, True]], ["1", "0", "1"]),
        ([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], ["1", "0", "2"]),
    ],
)
def test_texts_whole_numbers_and_one_hot_rows_are_classes(values, names):
    data = learned(values)
    assert [data.classes[place] for place in data.targets] == names
    assert data.columns == ()


@pytest.mark.parametrize(
    "values",
    [
        [0.5, 1.5, 2.0],
        [[1, 2], [3, 4], [5, 6]],
        [[0, 1], [1, 1], [0, 0]],
        [[0.2, 0.8], [1.0, 0.0], [0.5, 0.5]],
        [[[1, 2], [3, 4]]] * 3,
    ],
)
def test_everything_else_is_numbers_with_a_name_for_each_column(values):
    data = learned(values)
    np.testing.assert_array_equal(data.targets, np.reshape(values, (3, -1)))
    assert (data.task, len(data.columns)) == ("regress", data.targets.shape[1])


def test_columns_keep_their_names():
    assert learned([[1.5, 2], [3, 4]], columns=("mass", "age")).columns == ("mass", "age")


def test_the_task_decides_where_it_is_said():
    assert learned([1, 2, 3], "regress").targets.tolist() == [[1], [2], [3]]
    assert learned([1.5, 2, 1.5], "classify").classes == ("1.5", "2")
    assert learned(["1.5", "2"], "regress").targets.tolist() == [[1.5], [2]]


def test_rows_of_zeros_and_ones_that_are_to_be_regressed_stay_rows():
    np.testing.assert_array_equal(learned(np.eye(3, dtype=int), "regress").targets, np.eye(3))


def test_many_different_whole_numbers_are_asked_about():
    assert len(learned(np.arange(MANY)).classes) == MANY
    assert len(learned(np.arange(2 * MANY + 4) % (MANY + 2)).classes) == MANY + 2
    with pytest.raises(DataError, match=f"{MANY + 1} different targets for 150 images.*--task regress or --task class"):
        learned(np.arange(150) % (MANY + 1))


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_a_number_that_is_none_is_named(hole):
    with pytest.raises(DataError, match=r"some\.npz: 2 targets are not finite numbers, the first that of x\[1\]"):
        learned([1.5, hole, 3.0, hole])


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        ([[1, 2], [3, 4]], "classify", r"some\.npz has 2 targets for each image; for classes, choose one by --target"),
        (["cat", "dog"], "regress", r"some\.npz: not all targets are numbers, so they cannot be regressed \(.*cat"),
        ([1, 1], "auto", r"some\.npz holds one class only \(1\)"),
        (np.zeros((0, 2)), "auto", r"some\.npz"),
    ],
)
def test_what_cannot_be_learned_is_refused(values, task, message):
    with pytest.raises(DataError, match=message):
        learned(values, task)


def test_targets_of_another_number_are_refused():
    samples = Arrays({"x": np.zeros((3, 8, 8))}, "NHW")
    with pytest.raises(DataError, match=r"some\.npz has 3 images but 2 targets"):
        with_targets(Origin("name", "some.npz", "arrays", samples), np.arange(2), DataSettings())
