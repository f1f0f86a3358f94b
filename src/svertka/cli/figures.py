"""What the verbs train, resume and evaluate say of a report: its main figures, task by task."""

from collections.abc import Callable, Mapping
from typing import Any

from svertka.cli.output import Row


def figures(report: Mapping[str, Any]) -> list[Row]:
    """The main figures of a report for a table."""
    subject = report["subject"]
    about = f"{subject['samples']:,} images of {subject['data']}, {subject['part']} part"
    if report["task"] in OF_TASKS:
        return [("tested on", about), *OF_TASKS[report["task"]](report)]
    low, high = report["interval"]
    return [
        ("tested on", about),
        ("accuracy", f"{report['accuracy']:.4f} (95%: {low:.4f} to {high:.4f})"),
        ("by chance", f"{report['chance']:.4f}"),
    ]


def _error(column: Mapping[str, Any]) -> Row:
    return f"{column['name']} RMSE", f"{column['rmse']:.4g} (deviation {column['deviation']:.4g})"


def _forecast(report: Mapping[str, Any]) -> list[Row]:
    baselines = [(each["name"], f"{each['rmse']:.4g}") for each in report["baselines"]]
    return [("RMSE", f"{report['rmse']:.4g}"), *baselines]


def _outline(report: Mapping[str, Any]) -> list[Row]:
    return [("Dice, mean of images", f"{report['dice']:.4f}"), *map(_outlined, report["classes"])]


def _outlined(each: Mapping[str, Any]) -> Row:
    return f"class {each['name']}", f"Dice {_share(each['dice'])}, IoU {_share(each['iou'])}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _sound(report: Mapping[str, Any]) -> list[Row]:
    without = f"{report['uniform']:.4g}, by how often levels occur {report['frequencies']:.4g}"
    return [("bits a sample", f"{report['bits']:.4g} (without a network {without})")]


OF_TASKS: dict[str, Callable[[Mapping[str, Any]], list[Row]]] = {
    "regress": lambda report: [*map(_error, report["columns"])],
    "forecast": _forecast, "segment": _outline, "next": _sound,
}  # fmt: skip
