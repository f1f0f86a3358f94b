"""What the words behind `svertka train` mean."""

from pathlib import Path

import pytest

from svertka.cli.starts import check_order, sorted_out
from svertka.errors import SettingError


def test_data_in_the_place_of_the_network_is_told_apart_from_a_run(tmp_path, convolutions_run):
    with pytest.raises(SettingError, match=f"{tmp_path} stands where the network should; write: svertka train auto"):
        check_order(str(tmp_path))
    check_order("auto")
    check_order("resnet18")
    check_order(str(convolutions_run))


def test_a_lone_word_behind_a_run_is_data_where_there_is_such(tmp_path, convolutions_run):
    start = str(convolutions_run)
    assert sorted_out(start, "digits", None) == ("digits", None)
    assert sorted_out(start, str(tmp_path), None) == (str(tmp_path), None)
    assert sorted_out(start, "runs/new", None) == (None, Path("runs/new"))
    assert sorted_out(start, start, None) == (None, convolutions_run)


def test_behind_a_network_every_word_keeps_its_place():
    assert sorted_out("resnet18", "nowhere", None) == ("nowhere", None)
    assert sorted_out("resnet18", "digits", Path("runs/a")) == ("digits", Path("runs/a"))
