import re
from pathlib import Path

import svertka
from svertka.cli.app import run
from svertka.cli.pages import _linked

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_the_zoo_is_fresh(capsys):
    """Where this fails, run: svertka zoo --markdown > docs/zoo.md"""
    assert run(["zoo", "--markdown"]) == 0
    assert (DOCS / "zoo.md").read_text(encoding="utf-8") == capsys.readouterr().out


def test_it_holds_every_network_once():
    names = re.findall(r"^\| `(\S+)` \|", (DOCS / "zoo.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(names) == sorted(variant.name for variant in svertka.variants())


def test_papers_are_linked():
    assert (
        _linked("arXiv:1512.03385, section 4.2") == "[arXiv:1512.03385](https://arxiv.org/abs/1512.03385), section 4.2"
    )
    assert _linked("doi:10.1/x") == "[doi:10.1/x](https://doi.org/10.1/x)"
    assert _linked("a book, page 3") == "a book, page 3"
