"""Formulas become MathML when the site is built, with their font beside them: readers need no script and no network."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import ziamath
from docutils import nodes
from fontTools.ttLib import TTFont
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)
MATHML = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", MATHML)
FENCES = {"⌊": "prefix", "⌋": "postfix", "⌈": "prefix", "⌉": "postfix"}
LIMITS = {"max", "min", "lim", "sup", "inf", "arg max", "arg min"}
CLOSING = set(")]}|!∞⌋⌉")
FONT = Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"


def mathml(formula: str, *, display: str = "inline") -> str:
    """A formula of LaTeX as MathML.

    Raises:
        ValueError: a command that the converter does not know.
    """
    tree = ElementTree.fromstring(convert(formula, display=display))
    unknown = re.search(r"\\[A-Za-z]+", "".join(tree.itertext()))
    if unknown:
        raise ValueError(f"the formula {formula!r} has a command that cannot be set: {unknown.group()}")
    for row in tree.iter():
        _sign(row)
        if display == "block" and row.tag.endswith("}msub") and row[0].text in LIMITS:
            row.tag = f"{{{MATHML}}}munder"
    return ElementTree.tostring(tree, encoding="unicode")


def _sign(row: ElementTree.Element) -> None:
    """Half brackets are brackets, and a sign that follows an operator stands close to its number."""
    before: ElementTree.Element | None = None
    for part in row:
        if part.text in FENCES:
            part.tag = f"{{{MATHML}}}mo"
            part.attrib |= {"form": FENCES[part.text], "stretchy": part.get("stretchy", "false")}
        alone = before is None or (before.tag.endswith("}mo") and before.text not in CLOSING)
        if part.text in ("−", "+") and alone:
            part.set("form", "prefix")
        before = part


def _drawn(translator: Any, node: nodes.Element, display: str) -> str:
    try:
        return mathml(node.astext(), display=display)
    except Exception as error:
        LOG.warning("%s", error, location=node)
        return translator.encode(node.astext())


def inline(translator: Any, node: nodes.math) -> None:
    """A formula within a sentence."""
    translator.body.append(f'<span class="math">{_drawn(translator, node, "inline")}</span>')
    raise nodes.SkipNode


def block(translator: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own, with its number at the end where it has one."""
    number = f'<span class="eqno">({node["number"]})</span>' if node.get("number") else ""
    anchor = f' id="{node["ids"][0]}"' if node.get("ids") else ""
    translator.body.append(f'<div class="math"{anchor}>{_drawn(translator, node, "block")}{number}</div>')
    raise nodes.SkipNode


def write_font(app: Sphinx, error: Exception | None) -> None:
    """Put the font of formulas beside the pages, packed as browsers want it."""
    if error or app.builder.format != "html":
        return
    path = Path(app.outdir) / "_static" / "STIXTwoMath.woff"
    if not path.exists():
        font = TTFont(FONT)
        font.flavor = "woff"
        font.save(path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
