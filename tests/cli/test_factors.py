"""Factored runs, told on the screen."""

import io

from rich.console import Console

from svertka.cli.factors import told

FOUND = {
    "parameters_before": 1000, "parameters_after": 250, "macs_before": 4000, "macs_after": 1000,
    "layers": [
        {
            "name": "body.0", "kind": "spatial", "rank": 3, "highest": 9, "error": 0.25, "parameters_before": 900,
            "parameters_after": 150, "macs_before": 3600, "macs_after": 600,
        }
    ],
    "skipped": [{"name": "stem.0", "reason": "the first layer is kept unless it is named"}],
    "comparison": {
        "data": "digits", "part": "test", "samples": 359, "change": 0.125, "changed": 0.03, "figure": "accuracy",
        "before": 0.98, "after": 0.95,
    },
}  # fmt: skip


def shown(found):
    file = io.StringIO()
    Console(file=file, width=200).print(told(found, "runs/f"))
    return file.getvalue()


def test_each_layer_has_a_line_with_its_rank_its_error_and_its_cost():
    lines = shown(FOUND).splitlines()
    assert next(line.split() for line in lines if line.startswith("body.0")) == [
        "body.0", "spatial", "3", "9", "0.2500", "150", "900", "600", "3,600",
    ]  # fmt: skip
    assert any(line.startswith("stem.0  stays: the first layer") for line in lines)


def test_the_whole_is_told_before_and_after():
    said = shown(FOUND)
    for words in (
        "250 instead of 1,000 (25.0%)",
        "359 images of digits",
        "3.00%",
        "0.9500 instead of 0.9800",
        "runs/f",
    ):
        assert words in said


def test_what_was_not_compared_is_not_told():
    said = shown({**FOUND, "comparison": None})
    assert "accuracy" not in said
    assert "others" not in shown({**FOUND, "comparison": {**FOUND["comparison"], "changed": None}})
