"""Docstrings are written for those who read the source; here they become what Sphinx can set.

A backtick is code and nothing else is markup, so stars, bars and underscores stand for themselves; what is indented is
shown as it stands; `$…$` is a formula.
"""

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

SECTION = re.compile(r"(Args|Returns|Yields|Raises|Attributes|Examples?|Note|References|Warning):\s*$")
VERBATIM = re.compile(r"(``.+?``|`[^`]+`|\$[^$\n]+\$)")


def escaped(line: str) -> str:
    """A line in which only backticks and dollars mean something."""
    return "".join(_part(part) for part in VERBATIM.split(line))


def _part(part: str) -> str:
    if part.startswith("$") and len(part) > 1:
        return f":math:`{part[1:-1]}`"
    if part.startswith("`"):
        return f"``{part.strip('`')}``"
    return re.sub(r"([\\*|_])", r"\\\1", part)


def set_lines(lines: list[str]) -> Iterator[str]:
    """The lines of a docstring as reStructuredText, its sections left to napoleon."""
    section, literal = False, False
    for place, line in enumerate(lines):
        blank, indented = not line.strip(), line.startswith(" ")
        if not blank and not indented:
            yield from [""] * literal  # what is shown as it stands ends here
            section, literal = bool(SECTION.match(line)), False
        if indented and not blank and not section and not literal and not line.lstrip().startswith(">>>"):
            literal = True
            yield from ("", "::", "") if place else ()
        doctest = line.lstrip().startswith((">>>", "..."))
        yield line if blank or literal or doctest or SECTION.match(line) else escaped(line)


def rewrite(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Set a docstring in place, before napoleon reads it."""
    lines[:] = list(set_lines(lines))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("autodoc-process-docstring", rewrite, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
