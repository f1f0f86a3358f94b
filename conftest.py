"""Every example in the documentation and in docstrings is a test; `sh` blocks run svertka's own commands.

The cells of the course's pages run as well, one page after another in this process, and their asserts are its tests.
"""

import contextlib
import io
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract import AbstractCodeBlockParser
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.myst.lexers import DirectiveLexer
from sybil.parsers.rest import DocTestParser

from svertka.cli.app import run
from svertka.zoo import registry

os.environ.setdefault("MPLBACKEND", "Agg")  # nothing opens a window


def obeyed(example: Example) -> str | None:
    """Run each line that begins with svertka; what is wrong, if anything."""
    for line in example.parsed.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] != ["svertka"]:
            return f"only svertka's own commands are run here, not {line!r}"
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
            code = run(words[1:])
        if code != 0:
            return f"{line} exits with {code}: {said.getvalue()[-500:]}"
    return None


def enter(namespace: dict[str, Any]) -> None:
    """Work in an empty folder, with a list of networks that may be added to."""
    namespace["_networks"] = dict(registry._VARIANTS)
    namespace["_before"] = os.getcwd()  # noqa: PTH109 - os.chdir takes it back
    namespace["_folder"] = tempfile.mkdtemp()
    os.chdir(namespace["_folder"])


def leave(namespace: dict[str, Any]) -> None:
    """Go back, and leave nothing."""
    registry._VARIANTS.clear()
    registry._VARIANTS.update(namespace["_networks"])
    os.chdir(namespace["_before"])
    shutil.rmtree(namespace["_folder"])


CELLS = AbstractCodeBlockParser(
    [DirectiveLexer("code-cell")], language="code-cell", evaluator=PythonEvaluator(), language_lexeme_name="directive"
)
DOCS = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser(language="sh", evaluator=obeyed), CELLS],
    patterns=["docs/*.md", "docs/course/*.md"],
    setup=enter,
    teardown=leave,
)
DOCSTRINGS = Sybil(parsers=[DocTestParser()], patterns=["src/**/*.py"])
pytest_collect_file: Callable[..., Any] = (DOCS + DOCSTRINGS).pytest()
