"""A report as one HTML page that needs nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from svertka.evaluation.figures import Floats
from svertka.evaluation.pictures import curves, diagram, matrix, scatter
from svertka.evaluation.reports import ClassReport, Report
from svertka.tasks import TASKS

WORDY = 60  # classes up to which the page shows the confusion matrix


def page(
    report: Report,
    *,
    history: Sequence[Mapping[str, float]],
    settings: Mapping[str, Any],
    thumbnails: Sequence[str],
    values: Floats,
    truth: Floats,
) -> str:
    """The page; `values` and `truth` are the numbers of all samples, for a report of numbers."""
    environment = Environment(
        loader=PackageLoader("svertka.evaluation", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["percent"] = percent
    environment.filters["number"] = number
    drawn: dict[str, Any] = {"curves": curves(history, TASKS[report.task].figure) if history else None}
    if isinstance(report, ClassReport):
        names = [row.name for row in report.classes]
        drawn["matrix"] = matrix(report.confusion, names) if len(names) <= WORDY else None
        drawn["diagram"] = diagram(report.reliability)
    else:
        drawn["scatters"] = [scatter(values[:, i], truth[:, i], row.name) for i, row in enumerate(report.columns)]
    template = environment.get_template("report.html.j2")
    return template.render(
        report=report, drawn=drawn, settings=settings, worst=list(zip(report.worst, thumbnails, strict=True))
    )


def percent(share: float | None) -> str:
    """A share of one in percent, with one decimal."""
    return "–" if share is None else f"{100 * share:.1f}%"


def number(value: float | None) -> str:
    """A number in four digits."""
    return "–" if value is None else f"{value:.4g}"
