import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from svertka.data.datasets import DataSet
from svertka.data.formats import Opening
from svertka.data.sets import Layout, layouts, open_data, register, registry
from svertka.errors import DataError, UnknownName
from svertka.settings import DataSettings


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """An installed package with a layout of its own: every file that ends in .stars."""
    module = ModuleType("svertka_stars")
    module.STARS = Layout("stars", matches=lambda path: path.suffix == ".stars", open=lambda *given: given)
    monkeypatch.setitem(sys.modules, "svertka_stars", module)
    (tmp_path / "svertka_stars-1.0.dist-info").mkdir()
    (tmp_path / "svertka_stars-1.0.dist-info" / "METADATA").write_text("Name: svertka-stars\nVersion: 1.0\n")
    (tmp_path / "svertka_stars-1.0.dist-info" / "entry_points.txt").write_text(
        "[svertka.sets]\nstars = svertka_stars:STARS\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry.layouts.cache_clear()
    yield module.STARS
    registry.layouts.cache_clear()


def test_another_package_may_add_a_layout_and_is_asked_first(stranger, tmp_path):
    (tmp_path / "milky way.stars").touch()
    assert layouts()[0] is stranger
    settings = DataSettings(pages="channels")
    assert open_data(str(tmp_path / "milky way.stars"), settings) == (tmp_path / "milky way.stars", settings)


def test_layouts_of_our_own_are_asked_in_order_folders_last(monkeypatch):
    monkeypatch.setattr(registry, "BUILT_IN", list(registry.BUILT_IN))
    assert registry.BUILT_IN[0].name == "IDX files"
    assert [layout.name for layout in registry.BUILT_IN if not layout.task][-1] == "folder of classes"
    mine = Layout("mine", matches=lambda path: True, open=lambda *given: given)
    assert register(mine) is registry.BUILT_IN[-1] is mine


def test_a_data_set_is_itself():
    data = open_data("digits")
    assert open_data(data) is data


def test_a_path_goes_before_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("digits", x=np.zeros((4, 8, 8)), y=np.arange(4) % 2)
    Path("digits.npz").rename("digits")
    with pytest.raises(DataError, match=r"^digits holds no data set"):
        open_data("digits")


def test_home_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    np.savez(tmp_path / "a.npz", x=np.zeros((4, 8, 8)), y=np.arange(4) % 2)
    assert isinstance(open_data("~/a.npz"), DataSet)


def test_a_name_nearly_right_has_a_nearest_one():
    with pytest.raises(UnknownName, match="no data set or path is called 'digit'; did you mean 'digits'"):
        open_data("digit")


@pytest.mark.parametrize("name", ["no/such folder", "no.npz", "..\\data\\digits"])
def test_a_path_that_is_not_there_is_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        open_data(name)
    assert str(caught.value) == f"there is no {name}"


@pytest.mark.parametrize("name", ["a.doc", "a", "photo.png"])
def test_a_file_that_is_no_data_set_is_named_with_what_was_wanted(tmp_path, name):
    (tmp_path / name).write_text("hello")
    with pytest.raises(DataError, match=rf"{name} holds no data set: wanted a folder .*\.npz \.npy .*\.csv \.jsonl"):
        open_data(tmp_path / name)


@pytest.mark.parametrize("name", ["a.NPZ", "a.Npz"])
def test_an_ending_may_be_written_large(tmp_path, name):
    np.savez(tmp_path / "a.npz", x=np.zeros((4, 8, 8)), y=np.arange(4) % 2)
    (tmp_path / "a.npz").rename(tmp_path / name)
    assert len(open_data(tmp_path / name)) == 4


def test_settings_say_how_files_are_opened():
    assert registry.opening(DataSettings(pages="2", max_pixels=7)) == Opening(pages="2", max_pixels=7)
