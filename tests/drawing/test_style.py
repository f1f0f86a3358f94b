from base64 import b64decode
from io import BytesIO

import pytest
from matplotlib.figure import Figure
from PIL import Image

from svertka import DataError, SettingError
from svertka.drawing import Film, Picture, png, saved, svg, uri


def test_addresses_hold_their_content():
    assert uri("text/plain", b"abc") == "data:text/plain;base64,YWJj"
    image = Image.new("RGB", (3, 2), (1, 2, 3))
    again = Image.open(BytesIO(b64decode(png(image).partition(",")[2])))
    assert (again.size, again.getpixel((0, 0))) == ((3, 2), (1, 2, 3))


def test_equal_drawings_are_equal_bytes():
    assert svg(Figure()) == svg(Figure())


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_files_are_what_their_names_say(tmp_path, ending):
    saved(Figure(), tmp_path / f"x{ending}")
    beginning = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[ending]
    assert (tmp_path / f"x{ending}").read_bytes().startswith(beginning)


def test_other_endings_and_missing_folders_are_said(tmp_path):
    with pytest.raises(SettingError, match="should end in"):
        saved(Figure(), tmp_path / "x.gif")
    with pytest.raises(DataError, match="cannot write"):
        saved(Figure(), tmp_path / "none" / "x.png")


def test_a_film_is_written_as_a_gif_and_as_nothing_else(tmp_path):
    film = Film([Figure(figsize=(1, 1)), Figure(figsize=(1, 1), facecolor="red")])
    saved(film, tmp_path / "x.gif")
    assert (tmp_path / "x.gif").read_bytes().startswith(b"GIF89a")
    with pytest.raises(SettingError, match=r"a film's name should end in \.gif"):
        saved(film, tmp_path / "x.png")


def test_notebooks_are_given_a_drawing_as_svg():
    shown = Picture(figsize=(1, 1))._repr_svg_()
    assert shown.startswith("<?xml")
    assert "</svg>" in shown
