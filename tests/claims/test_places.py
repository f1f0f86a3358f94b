"""Where the data sets of claims are looked for."""

from pathlib import Path

import pytest

from svertka import DataError
from svertka.claims.places import located


def test_what_is_given_goes_before_what_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    assert located("mnist", None) == Path("data/mnist")
    assert located("mnist", tmp_path) == tmp_path


def test_missing_data_says_where_it_was_looked_for_and_how_to_give_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"^qm7 was looked for in data/qm7 or \S+/qm7 and is not there; .*--data PATH$"):
        located("qm7", None)
    with pytest.raises(DataError, match=r"^there is no nowhere, where qm7 should be; give .*--data PATH$"):
        located("qm7", Path("nowhere"))
