import errno
import os
from pathlib import Path

import pytest

from svertka.data.replacing import beside, replacing
from svertka.errors import DataError


def test_the_file_appears_at_the_end_and_nothing_lies_beside_it(tmp_path):
    with replacing(tmp_path / "x.tif") as part:
        part.write_bytes(b"half")
        assert not (tmp_path / "x.tif").exists()
        part.write_bytes(b"whole")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x.tif": b"whole"}


def broken_off(path, error):
    with replacing(path) as part:
        part.write_bytes(b"half")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, MemoryError])
def test_whatever_goes_wrong_the_file_stays_what_it_was(tmp_path, error):
    (tmp_path / "x.tif").write_bytes(b"before")
    with pytest.raises(error):
        broken_off(tmp_path / "x.tif", error)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x.tif": b"before"}


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(DataError, match=r"cannot write .*x\.tif: No space left on device"),
        replacing(tmp_path / "x.tif") as part,
    ):
        part.write_bytes(b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with (
        pytest.raises(DataError, match=r"cannot write .*none.x\.tif: No such file"),
        replacing(tmp_path / "none" / "x.tif") as part,
    ):
        part.write_bytes(b"")


def test_the_content_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda place: (steps.append("sync"), sync(place)))
    monkeypatch.setattr(Path, "replace", lambda one, other: (steps.append("rename"), rename(one, other)))
    with replacing(tmp_path / "x") as part:
        part.write_bytes(b"")
    assert steps == ["sync", "rename", "sync"]


def test_the_place_beside_is_hidden():
    assert beside(Path("a/b.tif")) == Path("a/.b.tif.part")
