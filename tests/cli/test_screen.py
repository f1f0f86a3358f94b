import io
import subprocess
import sys

from rich.console import Console

from svertka.cli.screen import counting


def shown(*, terminal, quiet=False):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    with counting(console, "predicting", quiet=quiet) as progress:
        progress(3, 12)
    return console.file.getvalue()


def test_a_terminal_shows_how_many_are_done():
    assert "3/12" in shown(terminal=True)
    assert "predicting" in shown(terminal=True)


def test_elsewhere_and_where_quiet_is_wanted_nothing_is_shown():
    assert shown(terminal=False) == shown(terminal=True, quiet=True) == ""


def test_counting_and_predicting_do_not_load_what_only_trainings_and_reports_need():
    code = "import sys, svertka.cli.screen, svertka.inference; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split()
    assert "svertka.inference" in loaded
    costly = {"svertka.training", "svertka.evaluation", "sklearn", "matplotlib", "torch._dynamo", "sympy"}
    assert costly.isdisjoint(loaded)
