"""What the verb factor says."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group

from svertka.cli.output import Row, facts, table


def told(found: Mapping[str, Any], run: str) -> Group:
    """Layer by layer what became of it, and what that changed."""
    return Group(_layers(found), "", facts(_summary(found, run)))


def _layers(found: Mapping[str, Any]) -> Any:
    rows: list[Row] = [
        [
            each["name"], each["kind"], each["rank"], each["highest"], f"{each['error']:.4f}",
            each["parameters_after"], each["parameters_before"], each["macs_after"], each["macs_before"],
        ]
        for each in found["layers"]
    ]  # fmt: skip
    stayed: list[Row] = [[each["name"], f"stays: {each['reason']}", *[""] * 7] for each in found["skipped"]]
    names = ["layer", "kind", "rank", "of", "error", "parameters", "before", "MACs", "before"]
    return table(names, [*rows, *stayed], texts="layer kind")


def _summary(found: Mapping[str, Any], run: str) -> list[Row]:
    rows: list[Row] = [
        ("parameters", _both(found["parameters_after"], found["parameters_before"])),
        ("multiply-adds (MACs)", _both(found["macs_after"], found["macs_before"])),
    ]
    compared = found["comparison"]
    if compared is not None:
        rows += [
            ("compared on", f"{compared['samples']:,} images of {compared['data']}, {compared['part']} part"),
            ("change of the scores", f"{compared['change']:.4f}, the mean of each image's"),
        ]
        if compared["changed"] is not None:
            rows.append(("answers that are others", f"{compared['changed']:.2%}"))
        rows.append((compared["figure"], f"{compared['after']:.4f} instead of {compared['before']:.4f}"))
    return [*rows, ("run", run)]


def _both(after: int, before: int) -> str:
    return f"{after:,} instead of {before:,} ({after / before:.1%})"
