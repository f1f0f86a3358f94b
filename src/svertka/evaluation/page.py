"""A report as one HTML page that needs nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from svertka.evaluation.gathering import Found
from svertka.evaluation.pictures import curves
from svertka.tasks import TASKS


def page(found: Found, *, history: Sequence[Mapping[str, float]], settings: Mapping[str, Any]) -> str:
    """The page; what stands in its middle is a template for each task."""
    environment = Environment(
        loader=PackageLoader("svertka.evaluation", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["percent"] = percent
    environment.filters["number"] = number
    drawn = {**found.drawn, "curves": curves(history, TASKS[found.report.task].figure) if history else None}
    return environment.get_template("report.html.j2").render(report=found.report, drawn=drawn, settings=settings)


def percent(share: float | None) -> str:
    """A share of one in percent, with one decimal."""
    return "–" if share is None else f"{100 * share:.1f}%"


def number(value: float | None) -> str:
    """A number in four digits."""
    return "–" if value is None else f"{value:.4g}"
