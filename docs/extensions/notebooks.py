"""Every page of the course is also a notebook, and its cells run anew when the source they show has changed."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from sphinx.application import Sphinx
from sphinx.config import Config

import svertka

SOURCE = Path(svertka.__file__).parent
COURSE = Path(__file__).parents[1] / "course"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
HIDDEN = {"hide-input": "source_hidden", "hide-output": "outputs_hidden", "hide-cell": "source_hidden"}


def pages() -> list[Path]:
    """The pages of the course, in their order."""
    return sorted(COURSE.glob("[0-9]*.md"))


def notebook(page: Path) -> nbformat.NotebookNode:
    """A page as a notebook: links lead to the other notebooks, and what is folded on the page is folded there."""
    _, _, text = page.read_text(encoding="utf-8").split("---\n", maxsplit=2)  # the second part is for Sphinx
    book = jupytext.reads(text, fmt="md:myst")
    book.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    for number, cell in enumerate(book.cells):
        cell.id = f"cell-{number}"  # equal pages give equal files
        if cell.cell_type == "markdown":
            cell.source = _linked(cell.source)
        for tag in cell.metadata.get("tags", []):
            if tag in HIDDEN:
                cell.metadata.setdefault("jupyter", {})[HIDDEN[tag]] = True
    nbformat.validate(book)
    return book


def _linked(text: str) -> str:
    """Links to other pages of the course lead to their notebooks, links to pages beside it to the site."""
    text = re.sub(r"\]\((\d\d-[\w-]+)\.md(#[\w-]+)?\)", r"](\1.ipynb)", text)
    text = re.sub(r"\]\(\.\./([\w-]+)\.md(#[\w-]+)?\)", r"](../\1.html\2)", text)
    return re.sub(r"\]\(index\.md\)", "](../course/index.html)", text)


def write_all(folder: Path) -> None:
    """Write the notebook of every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages():
        nbformat.write(notebook(page), folder / f"{page.stem}.ipynb")


def digest() -> str:
    """What the source is now, in a few letters."""
    found = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def keep_runs(app: Sphinx, config: Config) -> None:
    """Keep what cells gave for as long as the source stays the same."""
    store = Path(app.outdir).parent / "runs"
    config.svertka_source = digest()
    config.nb_execution_cache_path = str(store / config.svertka_source)
    for old in _others(store, config.svertka_source):
        shutil.rmtree(old)


def _others(store: Path, name: str) -> Iterator[Path]:
    return (path for path in store.glob("*") if path.name != name)


def offer(app: Sphinx, name: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Put a link to the notebook below the title of its page, and call the folded cells of exercises answers."""
    if re.match(r"course/\d", name) and "body" in context:
        link = f'<a href="../notebooks/{Path(name).name}.ipynb" download>this page as a notebook</a>'
        note = f'<p class="notebook">Every line of code here can be run and changed: take {link}.</p>'
        page, heading, exercises = (
            context["body"].replace("</h1>", f"</h1>\n{note}", 1).partition('<section id="try-it">')
        )
        context["body"] = page + heading + exercises.replace("Show the code", "Show the answer")


def ship(app: Sphinx, error: Exception | None) -> None:
    """Write the notebooks beside the pages."""
    if not error and app.builder.format == "html":
        write_all(Path(app.outdir) / "notebooks")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx; the state of the source is a setting, so that pages are read again when it changes."""
    app.add_config_value("svertka_source", "", "env")
    app.connect("config-inited", keep_runs, priority=100)
    app.connect("html-page-context", offer)
    app.connect("build-finished", ship)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
