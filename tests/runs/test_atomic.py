import errno
import os
from pathlib import Path

import pytest

from svertka.errors import RunError
from svertka.runs import write


def full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_holds_what_was_written_and_nothing_lies_beside_it(tmp_path):
    write(tmp_path / "äöü 1.txt", "first\n")
    write(tmp_path / "äöü 1.txt", b"\x00\xffsecond")
    assert (tmp_path / "äöü 1.txt").read_bytes() == b"\x00\xffsecond"
    assert [path.name for path in tmp_path.iterdir()] == ["äöü 1.txt"]


@pytest.mark.parametrize("content", ["", b"", "one\r\ntwo\n", "\udcff.png"])
def test_texts_are_written_byte_by_byte(tmp_path, content):
    write(tmp_path / "text", content)
    assert (tmp_path / "text").read_bytes() == (content if isinstance(content, bytes) else os.fsencode(content))


@pytest.mark.parametrize("step", [(os, "fsync"), (Path, "replace")], ids=["fsync", "rename"])
def test_a_failed_write_leaves_the_old_content_and_no_litter(tmp_path, monkeypatch, step):
    path = tmp_path / "state.pt"
    path.write_bytes(b"old")
    monkeypatch.setattr(*step, full_disk)
    with pytest.raises(RunError, match=r"cannot write .*state\.pt: No space left"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_content_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda place: (steps.append("sync"), sync(place)))
    monkeypatch.setattr(Path, "replace", lambda one, other: (steps.append("rename"), rename(one, other)))
    write(tmp_path / "file", "x")
    assert steps == ["sync", "rename", "sync"]


def test_an_earlier_part_left_by_a_kill_is_no_obstacle(tmp_path):
    (tmp_path / ".file.part").write_bytes(b"half of something long")
    write(tmp_path / "file", "whole")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "whole"}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RunError, match=r"cannot write .*missing.report\.json: No such file"):
        write(tmp_path / "missing" / "report.json", "{}")


def test_a_folder_in_the_way_stays(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(RunError, match=r"cannot write .*report\.json"):
        write(tmp_path / "report.json", "{}")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
