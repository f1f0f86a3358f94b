from pathlib import Path

import numpy as np
import pytest

from svertka.data.formats import Format, Opening, formats, is_image, peek, read, register, registry
from svertka.data.rasters import Header, Raster
from svertka.errors import DataError, MissingExtra
from svertka.settings import PIXELS

BLACK = Raster(np.zeros((1, 2, 3), np.uint8), "grey")


@pytest.fixture
def offer(monkeypatch):
    """Offer formats as another package would."""

    def offered(*found):
        monkeypatch.setattr(registry, "offered", lambda group: found if group == "formats" else ())
        registry.formats.cache_clear()

    registry.formats.cache_clear()
    yield offered
    registry.formats.cache_clear()


def raising(error):
    def read(path, opening):
        raise error

    return Format("a stranger's image", (".odd",), read=read)


@pytest.fixture
def strange(tmp_path):
    (tmp_path / "x.odd").write_text("2 3")
    return tmp_path / "x.odd"


def test_another_package_may_add_a_format(offer, strange):
    def parsed(path, opening):
        return Raster(np.zeros((1, *map(int, path.read_text().split())), np.uint8), "grey")

    offer(Format("a stranger's image", (".odd", ".xy"), read=parsed))
    assert is_image(strange)
    assert read(strange).pixels.shape == (1, 2, 3)
    assert peek(strange) == Header(1, (2, 3), "uint8", "grey")


def test_a_format_with_its_own_peek_is_not_read_for_it(offer, strange):
    offer(Format("a stranger's image", (".odd",), read=raising(OSError).read, peek=lambda *_: BLACK.header))
    assert peek(strange) == BLACK.header


def test_another_package_may_take_over_a_format(offer, tmp_path):
    (tmp_path / "x.png").write_text("no PNG")
    offer(Format("a better PNG", (".png",), read=lambda *_: BLACK))
    assert read(tmp_path / "x.png") is BLACK


def test_what_a_person_said_of_opening_reaches_the_format(offer, strange):
    seen = []
    offer(Format("a stranger's image", (".odd",), read=lambda _, opening: seen.append(opening) or BLACK))
    read(strange, Opening(pages="3", max_pixels=5))
    peek(strange)
    assert seen == [Opening(pages="3", max_pixels=5), Opening(pages="auto", max_pixels=PIXELS)]


def test_a_stranger_is_unknown_before_and_after(strange):
    with pytest.raises(DataError, match=r"x\.odd is no image: its name ends in none of \.bmp .*\.webp"):
        read(strange)


def test_formats_of_our_own_are_registered(offer, monkeypatch, strange):
    monkeypatch.setattr(registry, "BUILT_IN", list(registry.BUILT_IN))
    offer()
    mine = Format("mine", (".odd",), read=lambda *_: BLACK)
    assert register(mine) is mine
    assert formats()[".odd"] is mine


def test_every_promised_ending_is_known():
    promised = ".png .jpg .jpeg .webp .tif .tiff .fits .fit .fts .npy .wav .bmp .gif .pgm .ppm"
    assert set(promised.split()) <= set(formats())


@pytest.mark.parametrize(("name", "truth"), [("a.PNG", True), ("a b.äöü.Jpg", True), ("png", False), ("a.txt", False)])
def test_a_name_says_whether_it_is_an_image(name, truth):
    assert is_image(Path(name)) is truth


@pytest.mark.parametrize("look", [read, peek])
@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif", "fits", "npy", "wav"])
def test_an_empty_file_is_called_empty(tmp_path, look, ending):
    (tmp_path / f"x.{ending}").touch()
    with pytest.raises(DataError, match=rf"x\.{ending} is empty \(0 bytes\)"):
        look(tmp_path / f"x.{ending}")


@pytest.mark.parametrize("look", [read, peek])
def test_a_file_that_is_not_there_is_named(tmp_path, look):
    with pytest.raises(DataError, match=r"there is no file .*mäßig gut\.png"):
        look(tmp_path / "mäßig gut.png")


@pytest.mark.parametrize("ending", ["png", "tif", "fits", "npy", "wav"])
def test_a_folder_is_no_image_whatever_its_name(tmp_path, ending):
    (tmp_path / f"x.{ending}").mkdir()
    with pytest.raises(DataError, match=rf"x\.{ending}"):
        read(tmp_path / f"x.{ending}")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (KeyError("no such tag"), DataError, r"x\.odd cannot be read as a stranger's image: 'no such tag'$"),
        (RuntimeError("first\nsecond"), DataError, r"x\.odd cannot be read as a stranger's image: first$"),
        (ZeroDivisionError(), DataError, r"x\.odd cannot be read as a stranger's image: ZeroDivisionError$"),
        (DataError("it is torn"), DataError, r"x\.odd: it is torn$"),
        (MemoryError(), DataError, r"x\.odd does not fit into memory$"),
        (MissingExtra("this", "that", "science"), MissingExtra, r"^this needs that.*pip install 'svertka\[science\]'$"),
        (ImportError("no codec"), ImportError, "^no codec$"),
        (KeyboardInterrupt("stop"), KeyboardInterrupt, "^stop$"),
    ],
)
@pytest.mark.parametrize("look", [read, peek])
def test_whatever_goes_wrong_the_file_is_named(offer, strange, error, kind, message, look):
    offer(raising(error))
    with pytest.raises(kind, match=message):
        look(strange)


def test_the_limit_is_the_product_of_the_sizes():
    Opening(max_pixels=24).admit((2, 3, 4))
    with pytest.raises(DataError, match=r"24 pixels and the limit is 23; if the file can be trusted.*--max-pixels"):
        Opening(max_pixels=23).admit((2, 3, 4))
