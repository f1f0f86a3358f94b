import logging
import re
from collections import Counter

import pytest

from svertka import DataError
from svertka.data.agreement import agree, described
from svertka.data.rasters import Header


def header(colour="grey", sizes=(8, 8), dtype="uint8"):
    channels = {"grey": 1, "grey+alpha": 2, "rgb": 3, "rgb+alpha": 4, "cmyk": 4, "channels": 5}[colour]
    return Header(channels, sizes, dtype, colour)


def place(index):
    return f"image {index}"


def test_images_of_one_kind_are_kept_as_they_are(caplog):
    with caplog.at_level(logging.WARNING):
        found = agree([header("rgb+alpha"), header("rgb+alpha", (9, 4))], place, "auto")
    assert (found.model, found.colour, found.channels, found.rank) == ("keep", "rgb+alpha", 4, 2)
    assert found.sizes == Counter({(8, 8): 1, (9, 4): 1})
    assert not caplog.records


@pytest.mark.parametrize(
    ("colours", "wanted", "model", "told"),
    [
        (["grey", "rgb", "rgb"], "auto", "rgb", "images are turned to rgb: there are 2 rgb, 1 grey; --colour chooses"),
        (["grey", "grey+alpha"], "auto", "grey", r"turned to grey: .* \(transparency is dropped\)"),
        (["rgb", "rgb+alpha"], "grey", "grey", r"turned to grey: .* \(transparency is dropped\)"),
        (["cmyk"], "rgb", "rgb", "1 cmyk"),
    ],
)
def test_images_of_several_colours_are_turned_and_it_is_said(caplog, colours, wanted, model, told):
    with caplog.at_level(logging.WARNING):
        found = agree([header(colour) for colour in colours], place, wanted)
    assert (found.model, found.colour, found.channels) == (model, model, {"grey": 1, "rgb": 3}[model])
    assert len(caplog.records) == 1
    assert re.search(told, caplog.text)


def test_asking_for_what_they_are_says_nothing(caplog):
    with caplog.at_level(logging.WARNING):
        assert agree([header("rgb")], place, "rgb").model == "rgb"
    assert not caplog.records


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (header(dtype="uint16"), "type of pixels: uint8 in image 0, uint16 in image 2"),
        (header(sizes=(8, 8, 8)), "number of axes: 2 in image 0, 3 in image 2"),
    ],
)
def test_what_cannot_be_brought_together_is_named_with_a_file_of_each(other, said):
    with pytest.raises(DataError, match=f"images differ in {said}; bring them to one kind"):
        agree([header(), header(), other], place, "auto")


def test_channels_must_be_as_many_where_they_are_kept():
    with pytest.raises(DataError, match="number of channels: 1 in image 0, 3 in image 1"):
        agree([header(), header("rgb")], place, "keep")


@pytest.mark.parametrize(
    ("sizes", "text"),
    [([(28, 28)] * 3, "28x28"), ([(20, 30), (25, 10)], "20x10 to 25x30"), ([(5,), (9,)], "5 to 9")],
)
def test_sizes_in_words(sizes, text):
    assert described(Counter(sizes)) == text
