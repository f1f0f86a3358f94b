import json

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy import ndimage

from svertka.cli.app import run
from svertka.cli.filters import listed, meant
from svertka.errors import SettingError
from svertka.ops import FILTERS

SOBEL = "-1 0 1; -2 0 2; -1 0 1"


@pytest.fixture
def photo(tmp_path, rng):
    pixels = rng.integers(0, 256, (40, 50), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "in.tif", pixels)
    return tmp_path / "in.tif"


def answered(capsys, *words):
    assert run([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_filter_is_listed_with_its_size_and_its_flags(capsys):
    found = answered(capsys, "filter", "--list")
    assert [row["name"] for row in found] == list(FILTERS)
    assert run(["filter", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(any(line.startswith(f"{row['name']} ") and row["size"] in line for line in lines) for row in listed())
    assert "--deviation" in next(line for line in lines if line.startswith("gaussian "))


def test_a_filter_and_its_numbers_do_the_same(photo, tmp_path, capsys):
    named = answered(capsys, "filter", "sobel-right", photo, tmp_path / "a.tif")
    kernel = answered(capsys, "filter", "--kernel", SOBEL, photo, tmp_path / "b.tif")
    assert named["cut"] == kernel["cut"] > 0
    assert (named["filter"], kernel["filter"], named["images"]) == ("sobel-right", "kernel", 1)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), tifffile.imread(tmp_path / "b.tif"))


def test_flags_reach_the_filter(photo, tmp_path, capsys):
    words = ["--deviation", "2", "--border", "circular", "--depth", "float32"]
    answered(capsys, "filter", "gaussian", photo, tmp_path / "a.tif", *words)
    image = tifffile.imread(photo).astype(float)
    found = tifffile.imread(tmp_path / "a.tif")
    np.testing.assert_allclose(found, ndimage.gaussian_filter(image, 2, mode="grid-wrap"), rtol=1e-5)


def test_negative_directions_are_numbers(photo, tmp_path, capsys):
    answered(capsys, "filter", "gabor", photo, tmp_path / "a.tif", "--orientation", "-45", "--depth", "float32")


def test_a_picture_shows_both(photo, tmp_path, capsys):
    found = answered(capsys, "filter", "sobel", photo, tmp_path / "a.tif", "--show", tmp_path / "pair.png")
    assert found["picture"] == str(tmp_path / "pair.png")
    with Image.open(tmp_path / "pair.png") as picture:
        assert picture.width > 1000


def test_of_a_folder_the_first_is_shown(photos, tmp_path, capsys):
    found = answered(capsys, "filter", "box", photos, tmp_path / "soft", "--show", tmp_path / "pair.svg")
    assert found["images"] == 60
    assert (tmp_path / "pair.svg").is_file()


def test_people_are_told_what_was_cut(photo, tmp_path, capsys):
    assert run(["filter", "outline", str(photo), str(tmp_path / "a.tif")]) == 0
    out, said = capsys.readouterr()
    assert "values  2,000" in out
    assert "keep them with --depth float32" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((None, None, None, None), "filter wants a filter, an image and where to write"),
        (("box", "in.tif", None, None), "filter wants a filter, an image and where to write"),
        (("in.tif", None, None, SOBEL), "filter wants an image and where to write"),
        (("box", "in.tif", "out.tif", SOBEL), "there are both the filter box and --kernel; choose one"),
        (("in.tif", "out.tif", None, "1 2; 3"), "rows of the kernel"),
    ],
)
def test_what_is_missing_or_too_much_is_said(words, message):
    with pytest.raises(SettingError, match=message):
        meant(*words)
