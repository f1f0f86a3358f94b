import numpy as np
import pytest
from PIL import Image

from svertka.data.checking import check
from svertka.data.datasets import Origin, classified, measured
from svertka.data.samples import Arrays, Files
from svertka.data.stores import silent


def arrays(images, labels, parts=None):
    return classified(Origin("mine", "mine.npz", "arrays", Arrays({"x": images}, "NHW"), parts), labels)


@pytest.fixture
def images(rng):
    return rng.integers(5, 250, (24, 6, 7)).astype(np.uint8)


def test_a_sound_set_is_described_and_nothing_is_wrong(images):
    images[3, 2, 2], images[9, 0, 0] = 3, 251
    found = check(arrays(images, list("ab") * 12, ["train"] * 20 + ["test"] * 4), silent)
    assert (found.name, found.layout, found.task, found.samples) == ("mine", "arrays", "classify", 24)
    assert (found.sizes, found.channels, found.colours, found.dtypes) == ("6x7", [1], ["grey"], ["uint8"])
    assert (found.range, found.classes) == ((3, 251), {"a": 12, "b": 12})
    assert (found.parts, found.problems, found.remarks) == ({"train": 20, "test": 4}, [], [])


def test_numbers_are_described_by_their_ranges(images):
    origin = Origin("mine", "mine.npz", "arrays", Arrays({"x": images}, "NHW"))
    found = check(measured(origin, np.stack([np.arange(24), -np.arange(24)], 1), ["mass", "charge"]), silent)
    assert (found.task, found.numbers, found.classes) == ("regress", {"mass": (0, 23), "charge": (-23, 0)}, {})


def test_gaps_are_counted_and_do_not_count_for_the_range(images):
    floats = images.astype(float)
    floats[[2, 5], 0, 0] = np.nan, np.inf
    floats[7] = np.nan
    found = check(arrays(floats, list("ab") * 12), silent)
    assert found.range == (images.min(), images.max())
    assert found.remarks == ["images that hold NaN or infinity: 3, as x[2]; training wants --fill VALUE or --skip-bad"]


def test_copies_are_counted_above_all_where_they_spoil_a_test(images):
    images[20], images[21] = images[0], images[2]
    labels = list("ab") * 12
    labels[21] = "a"
    found = check(arrays(images, labels, ["train"] * 20 + ["test"] * 4), silent)
    assert found.remarks[:2] == [
        "copies of other images: 2, as x[0] and x[20]",
        "images that occur in more than one of train, val and test, which flatters the test: 2",
    ]
    assert len(found.remarks) == 2
    labels[20] = "b"
    found = check(arrays(images, labels), silent)
    assert found.remarks == [
        "copies of other images: 2, as x[0] and x[20]",
        "images that occur with different targets: 1",
    ]


def test_a_rare_class_is_named(images):
    found = check(arrays(images, ["a"] * 22 + ["b"] * 2), silent)
    assert found.remarks == ["class a has 22 images and b 2; see --class-weights and --sampling"]
    assert not check(arrays(images, ["a"] * 20 + ["b"] * 4), silent).remarks


@pytest.fixture
def album(tmp_path, rng):
    """Six photographs in files, and what may be done to them."""
    for place in range(6):
        Image.fromarray(rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)).save(tmp_path / f"{place}.png")
    paths = sorted(tmp_path.glob("*.png"))
    return paths, lambda: check(classified(Origin("f", "f", "folder", Files(paths, tmp_path)), list("ab") * 3), silent)


def test_files_that_cannot_be_read_are_named_and_the_others_described(album):
    paths, checked = album
    paths[1].write_bytes(b"")
    paths[4].write_text("no image")
    found = checked()
    assert [name in problem for name, problem in zip(("1.png", "4.png"), found.problems, strict=True)] == [True, True]
    assert (found.samples, found.sizes, found.colours) == (6, "8x8", ["rgb"])


def test_images_that_cannot_come_together_are_named(album):
    paths, checked = album
    paths[0].write_bytes(b"")
    Image.new("I;16", (8, 8)).save(paths[3])
    problems = checked().problems
    assert len(problems) == 2
    assert "images differ in type of pixels" in problems[1]
    assert str(paths[1]) in problems[1]
    assert str(paths[3]) in problems[1]


def test_nothing_readable_is_no_crash(album):
    paths, checked = album
    for path in paths:
        path.write_bytes(b"")
    found = checked()
    assert (len(found.problems), found.range, found.sizes) == (6, None, "")


def test_progress_is_told_to_the_end(images):
    told = []
    check(arrays(images, list("ab") * 12), lambda done, total: told.append((done, total)))
    assert told == [(place, 24) for place in range(1, 25)]
