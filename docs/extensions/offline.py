"""The finished pages fetch nothing, and say in words what their pictures are: both are looked after here."""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)
# What a browser fetches without being asked: pictures, scripts, frames; style sheets, fonts, and what these name.
FETCHED = re.compile(
    r"<(?:img|script|iframe|source|video|audio)\b[^>]*\bsrc=[\"']((?:https?:)?//[^\"']+)"
    r"|<link\b(?=[^>]*\brel=[\"'](?:stylesheet|pre|icon))[^>]*\bhref=[\"']((?:https?:)?//[^\"']+)"
    r"|(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)"
)
UNNAMED = re.compile(r'(<img alt=")[^"]*/_images/[^"]*(")')


def fetched(text: str) -> list[str]:
    """The addresses elsewhere that a page or a style sheet makes a browser fetch."""
    return ["".join(groups) for groups in FETCHED.findall(text)]


def name_pictures(app: Sphinx, name: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """A picture that a cell drew is called that, and not by its file's name."""
    if "body" in context:
        context["body"] = UNNAMED.sub(r"\1What the code above draws\2", context["body"])


def look(app: Sphinx, error: Exception | None) -> None:
    """Warn of every page and style sheet that would fetch something."""
    if error or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*")):
        if path.suffix in (".html", ".css"):
            for address in fetched(path.read_text(encoding="utf-8")):
                LOG.warning("%s fetches %s; put it into docs/_static", path.relative_to(app.outdir), address)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("html-page-context", name_pictures)
    app.connect("build-finished", look)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
