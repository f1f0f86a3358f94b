import logging

import numpy as np
import pytest
from PIL import Image

from svertka.data.sets import folders, open_data
from svertka.errors import DataError
from svertka.settings import DataSettings


def grown(root, *names):
    """A tree of files; what ends as an image is one, of 4 pixels."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".png"):
            Image.fromarray(np.full((2, 2), len(name), np.uint8)).save(root / name)
        else:
            (root / name).touch()
    return root


def listed(data):
    names = (data.samples.key(place) for place in range(len(data)))
    known = [(data.classes[target], str(part)) for target, part in zip(data.targets, data.parts, strict=True)]
    return dict(zip(names, known, strict=True))


def test_each_folder_is_a_class(tmp_path):
    data = open_data(grown(tmp_path, "Füchse/1.png", "Füchse/2.png", "drei Bären/1.png"))
    assert listed(data) == {
        "Füchse/1.png": ("Füchse", ""),
        "Füchse/2.png": ("Füchse", ""),
        "drei Bären/1.png": ("drei Bären", ""),
    }
    assert data.name == tmp_path.name


def test_classes_are_in_natural_order(tmp_path):
    assert open_data(grown(tmp_path, "10/a.png", "9/a.png", "b/a.png")).classes == ("9", "10", "b")


def test_images_lie_however_deep(tmp_path):
    data = open_data(grown(tmp_path, "a/b/c/1.png", "a/2.png", "b/x/1.png"))
    assert listed(data) == {"a/2.png": ("a", ""), "a/b/c/1.png": ("a", ""), "b/x/1.png": ("b", "")}


@pytest.mark.parametrize("names", ["train val test", "Training Validation Testing", "TRAIN valid test"])
def test_parts_stand_above_classes(tmp_path, names):
    parts = zip(names.split(), ("train", "val", "test"), strict=True)
    wanted = {f"{folder}/{name}/1.png": (name, part) for folder, part in parts for name in "ab"}
    assert listed(open_data(grown(tmp_path, *wanted))) == wanted


def test_without_train_the_names_of_parts_are_classes(tmp_path):
    assert open_data(grown(tmp_path, "test/1.png", "val/1.png")).classes == ("test", "val")


def test_parts_beside_classes_are_asked_about(tmp_path):
    with pytest.raises(DataError, match="has a folder train, but also bus, car: are these classes or parts"):
        open_data(grown(tmp_path, "train/1.png", "bus/1.png", "car/1.png"))


def test_hidden_files_and_folders_are_passed_over_in_silence(tmp_path, caplog):
    hidden = [".git/1.png", "a/.1.png", "a/.x/1.png", "__MACOSX/a/1.png", "a/__MACOSX/1.png", "a/Thumbs.db"]
    data = open_data(grown(tmp_path, "a/1.png", "b/1.png", "b/desktop.ini", *hidden))
    assert [*listed(data)] == ["a/1.png", "b/1.png"]
    assert not caplog.records


def test_a_hidden_folder_above_hides_nothing(tmp_path):
    assert len(open_data(grown(tmp_path / ".cache" / "data", "a/1.png", "b/1.png"))) == 2


def test_other_files_are_left_out_and_said(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        data = open_data(grown(tmp_path, "a/1.png", "a/1.txt", "a/2.txt", "a/README", "b/1.png"))
    assert len(data) == 2
    assert "files that are no images are left out (2 .txt, 1 no ending)" in caplog.text


def test_images_are_listed_in_order_of_their_names(tmp_path):
    grown(tmp_path, "c.png", "a/z.png", "b.png", "a/y.png")
    assert folders.images(tmp_path) == [tmp_path / name for name in ("a/y.png", "a/z.png", "b.png", "c.png")]


def test_all_formats_are_images(tmp_path):
    names = ["a/1.PNG", "a/2.jpeg", "a/3.tiff", "b/4.fits", "b/5.npy", "b/6.wav"]
    assert [*listed(open_data(grown(tmp_path, *names)))] == names


def test_settings_reach_the_files(tmp_path):
    data = open_data(grown(tmp_path, "a/1.png", "b/1.png"), DataSettings(max_pixels=3))
    with pytest.raises(DataError, match="4 pixels and the limit is 3"):
        data.samples.read(0)


@pytest.mark.parametrize("names", [[], ["1.png"], ["a/1.txt"], ["train/1.png"], [".a/1.png"]])
def test_a_folder_without_classes_is_refused(tmp_path, names):
    with pytest.raises(DataError, match="holds no images: wanted a folder for each class with images in it"):
        open_data(grown(tmp_path, *names))


def test_one_class_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds one class only \(a\); classification needs two or more"):
        open_data(grown(tmp_path, "a/1.png", "a/2.png", "b/1.txt"))
