import re
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from svertka.data.preprocess import Preprocess
from svertka.evaluation.figures import Bin
from svertka.evaluation.pictures import curves, diagram, matrix, scatter, thumbnail

HISTORY = [
    {"epoch": 1, "train_loss": 2.0, "val_loss": 1.0, "train_accuracy": 0.2, "val_accuracy": 0.5},
    {"epoch": 2, "train_loss": 1.0, "val_loss": 0.5, "train_accuracy": 0.6, "val_accuracy": 0.75},
    {"epoch": 3, "train_loss": 0.5, "val_loss": 0.7, "train_accuracy": 0.8, "val_accuracy": 0.7},
    {"epoch": 4, "train_loss": 0.4, "val_loss": 0.8, "train_accuracy": 0.9, "val_accuracy": 0.6},
]


def content(uri, kind):
    assert uri.startswith(f"data:{kind};base64,")
    return b64decode(uri.partition(",")[2])


def svg(uri):
    return ElementTree.fromstring(content(uri, "image/svg+xml"))


def comments(uri):
    """The texts of a picture: matplotlib writes each beside its outlines."""
    return re.findall(rb"<!-- (.*?) -->", content(uri, "image/svg+xml"))


def preprocess(sizes, dtype="uint8", channels=1):
    return Preprocess(
        colour="channels", channels=channels, model="keep", dtype=dtype, fill=None, pages="auto", sizes=sizes,
        resize="cover", scale=1, mean=(0,) * channels, deviation=(1,) * channels,
    )  # fmt: skip


def lines(uri):
    """The drawn curves, as points from the left, the height growing upwards."""
    found = []
    for path in svg(uri).iter("{http://www.w3.org/2000/svg}path"):
        style, points = path.get("style", ""), re.findall(r"[ML] ([\d.-]+) ([\d.-]+)", path.get("d", ""))
        if re.search("stroke: #(0b6e99|d9622b)", style) and len(points) == len(HISTORY):
            found.append([(float(x), -float(y)) for x, y in points])
    return found


def test_curves_rise_and_fall_with_the_history():
    train_loss, val_loss, train_accuracy, val_accuracy = lines(curves(HISTORY, "accuracy"))
    assert train_loss[0][1] > train_loss[1][1] > train_loss[2][1] > train_loss[3][1]
    assert val_loss[0][1] > val_loss[3][1] > val_loss[2][1] > val_loss[1][1]
    assert train_accuracy[0][1] < train_accuracy[1][1] < train_accuracy[2][1]
    assert val_accuracy[1][1] > val_accuracy[2][1] > val_accuracy[3][1] > val_accuracy[0][1]


def test_curves_without_validation_are_drawn_without_it():
    history = [{"epoch": row["epoch"], "train_loss": row["train_loss"], "train_mae": 1.0} for row in HISTORY]
    assert len(lines(curves(history, "mae"))) == 2
    assert svg(curves(history[:1], "mae")).tag.endswith("svg")


def test_a_matrix_shows_its_counts_and_names():
    found = comments(matrix([[812, 3], [0, 977]], ["cat", "dog"]))
    assert {b"812", b"3", b"977", b"cat", b"dog", b"called", b"truth"} <= set(found)
    assert b"0" not in found


@pytest.mark.parametrize(("classes", "numbered", "named"), [(20, True, True), (30, False, True), (50, False, False)])
def test_a_crowded_matrix_shows_less(classes, numbered, named):
    found = comments(matrix((np.eye(classes, dtype=int) * 777).tolist(), [f"k{place}" for place in range(classes)]))
    assert (b"777" in found, b"k0" in found) == (numbered, named)


def test_long_names_are_shortened():
    found = b" ".join(comments(matrix([[1, 0], [0, 1]], ["Strongylocentrotus purpuratus", "b"])))
    assert "Strongylocent…".encode() in found


def test_a_diagram_has_a_bar_for_each_bin():
    bins = [Bin(low=0.5, high=0.6, samples=9, confidence=0.55, accuracy=0.3),
            Bin(low=0.9, high=1.0, samples=90, confidence=0.95, accuracy=0.9)]  # fmt: skip
    found = svg(diagram(bins))
    bars = [path for path in found.iter("{http://www.w3.org/2000/svg}path") if "#0b6e99" in path.get("style", "")]
    heights = []
    for bar in bars:
        levels = [float(y) for _, y in re.findall(r"[ML] ([\d.-]+) ([\d.-]+)", bar.get("d"))]
        heights.append(max(levels) - min(levels))
    assert len(heights) == 2
    assert heights[1] / heights[0] == pytest.approx(3, rel=1e-3)


def test_a_scatter_names_its_number():
    found = comments(scatter(np.array([1.0, 2.0]), np.array([1.5, 2.5]), "mass, kg"))
    assert {b"mass, kg, truth", b"predicted", b"mass, kg"} <= set(found)
    assert b"image/png" in content(scatter(np.random.default_rng(0).random(3000), np.zeros(3000), "x"), "image/svg+xml")


def test_the_same_figures_give_the_same_picture():
    assert curves(HISTORY, "accuracy") == curves(HISTORY, "accuracy")


def pixels_of(uri):
    return np.asarray(Image.open(BytesIO(content(uri, "image/png"))))


def test_a_thumbnail_is_the_image_enlarged(rng):
    image = rng.integers(0, 256, (3, 8, 8)).astype(np.uint8)
    found = pixels_of(thumbnail(image, preprocess((8, 8), channels=3)))
    assert found.shape == (96, 96, 3)
    np.testing.assert_array_equal(found[6::12, 6::12], image.transpose(1, 2, 0))


def test_a_thumbnail_keeps_proportions_and_shrinks_by_means():
    image = np.tile(np.array([0, 200], np.uint8), (1, 48, 192))
    found = pixels_of(thumbnail(image, preprocess((48, 384))))
    assert found.shape == (12, 96)
    assert (found == 100).all()


def test_other_numbers_are_stretched_from_black_to_white():
    image = np.array([[[-3.0, 1.0], [2.0, 5.0]]])
    found = pixels_of(thumbnail(image, preprocess((2, 2), "float")))
    assert found[24::48, 24::48].tolist() == [[0, 128], [159, 255]]
    assert not pixels_of(thumbnail(np.full((1, 2, 2), 7.0), preprocess((2, 2), "float"))).any()


def test_many_channels_show_the_first_three_and_two_show_one(rng):
    image = rng.integers(0, 256, (5, 96, 96)).astype(np.uint8)
    np.testing.assert_array_equal(
        pixels_of(thumbnail(image, preprocess((96, 96), channels=5))), image[:3].transpose(1, 2, 0)
    )
    np.testing.assert_array_equal(pixels_of(thumbnail(image[:2], preprocess((96, 96), channels=2))), image[0])


def test_a_volume_shows_its_middle_slice(rng):
    image = rng.integers(0, 256, (1, 5, 96, 96)).astype(np.uint8)
    np.testing.assert_array_equal(pixels_of(thumbnail(image, preprocess((5, 96, 96)))), image[0, 2])


def test_a_signal_shows_its_curve(rng):
    found = svg(thumbnail(rng.random((2, 50)), preprocess((50,), "float", 2)))
    curves = [path for path in found.iter("{http://www.w3.org/2000/svg}path") if "#0b6e99" in path.get("style", "")]
    assert len(curves) == 2
