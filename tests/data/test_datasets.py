import numpy as np
import pytest

from svertka import DataError
from svertka.data.datasets import Origin, classified, measured, natural, subset
from svertka.data.samples import Arrays


def origin(count, parts=None):
    images = np.arange(count * 4).reshape(count, 2, 2)
    return Origin("mine", "mine.npz", "arrays", Arrays({"x": images}, "NHW"), parts)


@pytest.mark.parametrize(
    ("labels", "classes", "targets"),
    [
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
        (["c10", "c2", "c2"], ("c2", "c10"), [1, 0, 0]),
        ([10, 9, 9], ("9", "10"), [1, 0, 0]),
        (np.array([1.0, 0.0, 1.0]), ("0", "1"), [1, 0, 1]),
        ([0.5, 1.5, 1.5], ("0.5", "1.5"), [0, 1, 1]),
        ([b"dog", b"cat", b"cat"], ("cat", "dog"), [1, 0, 0]),
        (np.array([True, False, True]), ("False", "True"), [1, 0, 1]),
    ],
)
def test_classes_stand_in_natural_order_and_targets_point_at_them(labels, classes, targets):
    data = classified(origin(3), labels)
    assert (data.classes, data.targets.tolist(), data.task, len(data)) == (classes, targets, "classify", 3)


def test_natural_order_counts():
    names = ["x10y2", "x9", "x10y10", "abc", "10", "2", "x", ""]
    assert sorted(names, key=natural) == ["", "2", "10", "abc", "x", "x9", "x10y2", "x10y10"]


def test_names_of_other_digits_are_no_numbers():
    assert sorted(["²", "①", "3", "٣"], key=natural)[0] in ("3", "٣")


@pytest.mark.parametrize("labels", [["a", "a", "a"], [1, 1.0, "1"]])
def test_one_class_alone_is_refused(labels):
    with pytest.raises(DataError, match=r"mine\.npz holds one class only \((a|1)\); classification needs two or more"):
        classified(origin(3), labels)


def test_a_line_break_in_a_name_is_refused():
    with pytest.raises(DataError, match="a class whose name holds a line break"):
        classified(origin(2), ["a\nb", "c"])


def test_numbers_have_columns():
    data = measured(origin(3), [1, 2, 3], ["mass"])
    assert (data.targets.shape, data.targets.dtype, data.columns, data.task) == ((3, 1), float, ("mass",), "regress")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_missing_are_counted_and_the_first_is_named(bad):
    with pytest.raises(DataError, match=r"mine\.npz: 2 targets are not finite numbers, the first that of x\[1\]"):
        measured(origin(3), [1, bad, bad], ["mass"])


def test_a_subset_keeps_everything_together():
    data = classified(origin(4, ["train", "", "test", ""]), ["a", "b", "a", "b"])
    some = subset(data, np.array([2, 1]))
    assert (some.targets.tolist(), some.parts.tolist()) == ([0, 1], ["test", ""])
    np.testing.assert_array_equal(some.samples.read(0).pixels, data.samples.read(2).pixels)
    assert [some.given(part) for part in ("train", "test")] == [False, True]


def test_other_targets_for_the_same_samples():
    data = classified(origin(2), ["a", "b"]).labelled(np.array([2, 0]), ("b", "c", "a"))
    assert (data.classes, data.columns, data.targets.tolist()) == (("b", "c", "a"), (), [2, 0])
    data = measured(origin(2), [1, 2], ["x"]).labelled(np.ones((2, 1)), ("y",))
    assert (data.classes, data.columns) == ((), ("y",))
