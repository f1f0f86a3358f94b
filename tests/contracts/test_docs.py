"""What the site promises: formulas without a network, docstrings as they are meant, notebooks that run."""

import re
from xml.etree import ElementTree

import nbformat
import pytest

docstrings = pytest.importorskip("docstrings")
formulas = pytest.importorskip("formulas")
notebooks = pytest.importorskip("notebooks")
offline = pytest.importorskip("offline")

PAGES = notebooks.pages()
NAMES = [page.stem for page in PAGES]


def words(formula):
    """What is written in a formula, and by which elements, in order."""
    tree = ElementTree.fromstring(formulas.mathml(formula))
    return [(node.tag.rpartition("}")[2], node.text) for node in tree.iter() if node.text and node.text.strip()]


def test_a_formula_becomes_letters_numbers_and_operators():
    assert words(r"y = 2 x_i") == [("mi", "y"), ("mo", "="), ("mn", "2"), ("mi", "x"), ("mi", "i")]


@pytest.mark.parametrize(
    "formula", [r"\frac{1}{2}", r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}", r"\sum_{i=0}^{n} a_i"]
)
def test_the_numbers_of_a_formula_are_all_there(formula):
    written = [text for tag, text in words(formula) if tag == "mn"]
    assert written == re.findall(r"\d", formula.replace("bmatrix", ""))


@pytest.mark.parametrize(("formula", "close"), [("(-1, -x)", [True, True]), ("a - b", [False]), ("(a) - 1", [False])])
def test_a_sign_stands_close_to_its_number_and_apart_between_two(formula, close):
    signs = [node for node in ElementTree.fromstring(formulas.mathml(formula)).iter() if node.text == "−"]
    assert [node.get("form") == "prefix" for node in signs] == close


def test_what_a_maximum_is_taken_over_stands_below_it_in_a_line_of_its_own():
    assert "munder" in formulas.mathml(r"\max_{i} x_i", display="block")
    assert "munder" not in formulas.mathml(r"\max_{i} x_i")


def test_half_brackets_are_brackets():
    assert words(r"\lfloor x \rfloor") == [("mo", "⌊"), ("mi", "x"), ("mo", "⌋")]


def test_a_command_that_cannot_be_set_is_named():
    with pytest.raises(ValueError, match=r"\\nosuch"):
        formulas.mathml(r"a \nosuch b")


def test_the_font_of_formulas_has_what_mathml_needs():
    assert "MATH" in formulas.TTFont(formulas.FONT)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("an image (batch, *sizes)", r"an image (batch, \*sizes)"),
        ("`a * b` times |x|_2", r"``a * b`` times \|x\|\_2"),
        ("where $x_i = 2$", "where :math:`x_i = 2`"),
    ],
)
def test_only_backticks_and_dollars_are_markup_in_docstrings(written, meant):
    assert docstrings.escaped(written) == meant


def test_what_is_indented_in_a_docstring_is_shown_as_it_stands():
    lines = ["One line.", "", "    a * b", "where", "", "Raises:", "    ShapeError: a *b."]
    meant = ["One line.", "", "", "::", "", "    a * b", "", "where", "", "Raises:", r"    ShapeError: a \*b."]
    assert list(docstrings.set_lines(lines)) == meant


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_page_of_the_course_is_a_notebook_with_the_same_code(page):
    text = page.read_text(encoding="utf-8")
    code = [cell for cell in notebooks.notebook(page).cells if cell.cell_type == "code"]
    assert len(code) == text.count("```{code-cell}") > 0
    assert all(line in text for cell in code for line in cell.source.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_page_of_the_course_ends_with_something_to_try_and_where_it_comes_from(page):
    headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[-2:] == ["Try it", "Where it comes from"]


def test_links_lead_from_notebook_to_notebook_and_back_to_the_site():
    text = "[next](03-padding.md#border), [tour](../tour.md), [course](index.md), [paper](https://arxiv.org/x.md)"
    meant = "[next](03-padding.ipynb), [tour](../tour.html), [course](../course/index.html), [paper](https://arxiv.org/x.md)"
    assert notebooks._linked(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        '<script async src="https://cdn.example/x.js">',
        '<link rel="stylesheet" href="https://cdn.example/x.css">',
        '<link href="//cdn.example/x" rel="preconnect">',
        "src: url('https://cdn.example/x.woff')",
        '<img alt="" src="http://cdn.example/x.png">',
    ],
)
def test_what_a_page_would_fetch_is_found(text):
    assert len(offline.fetched(text)) == 1


@pytest.mark.parametrize(
    "text", ['<a href="https://arxiv.org/abs/1">', '<img src="../_images/x.svg">', 'url("data:font/woff;base64,AA")']
)
def test_links_and_what_lies_beside_a_page_are_no_fetching(text):
    assert offline.fetched(text) == []


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_notebook_runs_from_top_to_bottom(page, tmp_path):
    from nbclient import NotebookClient

    nbformat.write(notebooks.notebook(page), tmp_path / "page.ipynb")
    book = nbformat.read(tmp_path / "page.ipynb", as_version=4)
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code")
