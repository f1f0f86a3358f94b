"""What the verb filter says and does."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from svertka.cli.output import Output, Row, facts, table
from svertka.cli.screen import counting
from svertka.data.sets.folders import images
from svertka.drawing import saved
from svertka.drawing.style import ENDINGS
from svertka.errors import DataError, SettingError
from svertka.filtering import before_and_after, filter  # noqa: A004
from svertka.filtering.filtering import What
from svertka.geometry import times
from svertka.ops import FILTERS, named_filter, parse_kernel
from svertka.settings import FilterSettings


def listed() -> list[dict[str, Any]]:
    """Every filter with its size, its parameters and what it does."""
    return [
        {
            "name": name, "size": times(named_filter(name).sizes), "parameters": row.parameters,
            "axes": "2" if row.planar else "any", "summary": row.summary,
        }
        for name, row in FILTERS.items()
    ]  # fmt: skip


def table_of_filters() -> Table:
    """The same for people."""
    rows = [
        [row["name"], row["size"], " ".join(f"--{name}" for name in row["parameters"]) or "–", row["summary"]]
        for row in listed()
    ]
    return table(["filter", "pixels", "parameters", "meaning"], rows, texts="filter parameters meaning")


def meant(name: str | None, image: Path | None, out: Path | None, kernel: str | None) -> tuple[What, Path, Path]:
    """The filter, the image and the place to write to; with a kernel no name stands before them.

    Raises:
        SettingError: something is missing, or there is both a name and a kernel.
    """
    if kernel is not None:
        if out is not None:
            raise SettingError(f"there are both the filter {name} and --kernel; choose one")
        if name is None or image is None:
            raise SettingError(
                'filter wants an image and where to write: svertka filter --kernel "1 0 -1" in.tif out.tif'
            )
        return parse_kernel(kernel), Path(name), image
    if name is None or image is None or out is None:
        raise SettingError(
            "filter wants a filter, an image and where to write: svertka filter sobel-left in.tif out.tif; "
            "svertka filter --list tells the filters"
        )
    return name, image, out


def answer(
    what: What,
    source: Path,
    out: Path,
    *,
    show: Path | None,
    overwrite: bool,
    settings: FilterSettings,
    output: Output,
) -> None:
    """Filter, draw, and say what came of it."""
    console = output.console()
    if show is not None:
        _check_ending(show)
    with counting(console, "filtering", quiet=output.quiet) as progress:
        found = filter(what, source, out, overwrite=overwrite, settings=settings, progress=progress)
    title = what if isinstance(what, str) else "kernel"
    document = {"filter": title, **asdict(found), "out": str(found.out)}
    cells: list[Row] = [("filter", title), ("images", found.images), ("values", found.values), ("cut", found.cut)]
    if show is not None:
        saved(before_and_after(*_shown(source, found.out), title, settings), show)
        document["picture"] = str(show)
        cells.append(("picture", str(show)))
    output.answer(document, facts([*cells, ("file" if found.out.is_file() else "folder", str(found.out))]))


def _shown(source: Path, out: Path) -> tuple[Path, Path]:
    """The image to draw, before and after: of a folder the first that was filtered."""
    if not source.is_dir():
        return source, out
    for path in images(source):
        if (out / path.relative_to(source)).exists():
            return path, out / path.relative_to(source)
    raise DataError(f"no image of {source} could be filtered, so there is none to show")


def _check_ending(show: Path) -> None:
    """See that the picture can be drawn before an hour is spent on filtering."""
    if show.suffix.lower() not in ENDINGS:
        raise SettingError(f"a picture's name should end in {', '.join(ENDINGS)}, not as {show.name} does")
