"""The rules of the house that a machine can check."""

import ast
from pathlib import Path

import pytest

import svertka

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "svertka"
FILES = sorted(SOURCE.rglob("*.py"))
ORDER = (
    "errors", "plugins", "settings", "geometry", "reference", "ops", "nn", "zoo", "measure", "drawing", "data",
    "filtering", "tasks", "runs", "engines", "inference", "evaluation", "training", "factoring", "deploying",
    "estimators", "claims", "cli",
)  # fmt: skip
BARE = {"errors", "plugins", "settings", "geometry", "reference"}  # rooms that must not import torch
MIRRORED = [path for path in FILES if not path.name.startswith("__")]


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Dotted names of everything a file imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_of(names: set[str]) -> set[str]:
    parts = [name.split(".") for name in names]
    return {words[1] for words in parts if words[0] == "svertka" and len(words) > 1 and words[1] in ORDER}


@pytest.mark.parametrize("path", [path for path in FILES if room(path) in ORDER], ids=named)
def test_imports_point_one_way(path):
    allowed = ORDER[: ORDER.index(room(path)) + 1]
    assert rooms_of(imports(path)) <= set(allowed)


def test_every_file_stands_in_a_room():
    assert {room(path) for path in FILES} == {*ORDER, "__init__", "__main__"}


def test_the_page_on_the_house_names_the_rooms_in_their_order():
    rows = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()
    assert [row.split("`")[1] for row in rows if row.startswith("| `") and row.split("`")[1] in ORDER] == list(ORDER)


@pytest.mark.parametrize("path", [path for path in FILES if room(path) in BARE], ids=named)
def test_the_first_rooms_do_without_torch(path):
    assert not any(name.split(".")[0] == "torch" for name in imports(path))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_public_names_are_sorted_and_there(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names = ast.literal_eval(node.value)
            # Constants first, then classes, then functions, each in order of the alphabet.
            assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))


def test_every_public_name_can_be_imported():
    assert all(getattr(svertka, name) is not None for name in svertka.__all__)


def test_every_source_file_has_its_tests():
    wanted = {path.relative_to(SOURCE).with_name(f"test_{path.name}") for path in MIRRORED}
    assert {str(path) for path in wanted if not (ROOT / "tests" / path).exists()} == set()


def test_every_test_file_has_its_source():
    apart = {"contracts", "reference"}
    found = {path.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    mirrors = {path for path in found if path.parts[0] not in apart and path.name != "test_house.py"}
    assert {str(path) for path in mirrors if not (SOURCE / path.with_name(path.name[5:])).exists()} == set()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_file_says_what_it_is_about(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_only_the_command_line_prints():
    prints = {path for path in FILES if "print(" in path.read_text(encoding="utf-8") and room(path) != "cli"}
    assert prints == set()


def test_nothing_names_a_rank():
    ranked = [
        (named(path), node.name)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.lower().endswith(("1d", "2d", "3d"))
    ]
    assert ranked == []


def test_dependencies_have_their_reasons():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {name.split(">")[0].split("[")[0] for name in wanted} - {"svertka"}
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {name for name in names if name not in reasons} == set()


def test_versions_are_pinned_for_every_dependency():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    assert {name.split(">")[0] for name in project["dependencies"]} <= pinned
