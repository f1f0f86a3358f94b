import subprocess
import sys

import pytest

from svertka import DataError, ShapeError, UnknownName
from svertka.cli import app, main
from svertka.cli.app import run


def meeting(error, monkeypatch):
    """The exit code where a command meets this error."""

    def failing(*words, **more):
        raise error

    monkeypatch.setattr(app, "app", failing)
    return run(["zoo"])


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (DataError("a.png is empty"), 1, "svertka: a.png is empty"),
        (ShapeError("too small"), 1, "svertka: too small"),
        (UnknownName("network", "x", []), 2, "svertka: no network is called 'x'"),
        (KeyboardInterrupt(), 130, "svertka: interrupted"),
        (KeyboardInterrupt("go on with: svertka resume a"), 130, "svertka: interrupted; go on with: svertka resume a"),
        (PermissionError(13, "Permission denied", "/etc/x"), 1, "svertka: /etc/x: Permission denied"),
        (MemoryError(), 1, "svertka: out of memory; try a smaller --batch or --size"),
        (RuntimeError("not enough memory: you tried to allocate"), 1, "svertka: out of memory; try a smaller --batch"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_error_is_one_line_and_a_code(error, code, line, monkeypatch, capsys):
    assert meeting(error, monkeypatch) == code
    out, said = capsys.readouterr()
    assert out == ""
    assert said.startswith(line)
    assert said.count("\n") == 1


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    with pytest.raises(RuntimeError, match="a bug"):
        meeting(RuntimeError("a bug"), monkeypatch)


def test_main_exits_with_the_code(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["cost", "nothing"])
    assert caught.value.code == 2


def test_without_words_it_explains_itself(capsys):
    assert run([]) == 0
    assert "Usage: svertka COMMAND" in capsys.readouterr().out


def test_help_waits_for_nothing_that_computes():
    code = "import sys, svertka.cli.app; print(*{'torch', 'numpy', 'scipy', 'matplotlib'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
