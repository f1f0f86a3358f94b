import logging
from types import SimpleNamespace

from svertka import plugins
from svertka.plugins import offered


def entry(name, load):
    return SimpleNamespace(name=name, value=f"{name}:it", load=load)


def broken():
    raise RuntimeError("no such library")


def test_what_is_offered_is_loaded_and_what_fails_is_said(monkeypatch, caplog):
    asked = []

    def entries(group):
        asked.append(group)
        return [entry("good", lambda: 1), entry("bad", broken), entry("better", lambda: 2)]

    monkeypatch.setattr(plugins, "entry_points", entries)
    with caplog.at_level(logging.WARNING):
        assert list(offered("formats")) == [1, 2]
    assert asked == ["svertka.formats"]
    assert caplog.messages == ["bad (bad:it) cannot be loaded and is left out: no such library"]


def test_nothing_is_offered_under_a_group_that_nobody_knows():
    assert list(offered("nobody")) == []
