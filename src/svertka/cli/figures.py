"""What the verbs train, resume and evaluate say of a report: its main figures, task by task."""

from collections.abc import Callable, Mapping
from typing import Any

from svertka.cli.output import Row


def figures(report: Mapping[str, Any]) -> list[Row]:
    """The main figures of a report for a table."""
    subject = report["subject"]
    about = f"{subject['samples']:,} images of {subject['data']}, {subject['part']} part"
    several = _several(report["together"]) if report.get("together") else []
    if report["task"] in OF_TASKS:
        return [("tested on", about), *OF_TASKS[report["task"]](report), *several]
    low, high = report["interval"]
    return [
        ("tested on", about),
        ("accuracy", f"{report['accuracy']:.4f} (95%: {low:.4f} to {high:.4f})"),
        ("by chance", f"{report['chance']:.4f}"),
        *several,
    ]


def _several(together: Mapping[str, Any]) -> list[Row]:
    """How several answers became one, and what each run and each view is worth alone."""
    rows: list[Row] = [("passes an image", f"{together['passes']:,}, combined by {together['combine']}")]
    for kind in ("runs", "each_view"):
        if len(together[kind]) > 1:
            alone = [(row["name"], f"{together['figure']} {row['figure']:.4f}") for row in together[kind]]
            rows += [(f"{name} alone", figure) for name, figure in alone]
    return [*rows, *((each["measure"].replace("_", " "), _doubtful(each)) for each in together["uncertainty"])]


def _doubtful(each: Mapping[str, Any]) -> str:
    sides = ", ".join(f"{side} {each[side]:.4g}" for side in ("right", "wrong") if each[side] is not None)
    return sides if each["auroc"] is None else f"{sides}; AUROC {each['auroc']:.3f}"


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
