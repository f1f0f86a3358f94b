"""Engines and files, told on the screen."""

import io

from rich.console import Console

from svertka.cli.engines import told, written
from svertka.deploying import Exported, Optimised
from svertka.deploying.checking import Check
from svertka.deploying.optimising import Row

ROWS = [
    Row("as it is", 2.0, 2.5, 8000.0, Check(0.0, 0.0, 0.98, 0.98)),
    Row("openvino, 2 streams of 8", 0.5, 0.75, 32000.0, Check(1.5e-6, 0.0, 0.98, 0.97)),
    Row("torch, pieces of 16", check=Check(0.5, 0.25, 0.98, 0.5), refused="its scores are off by 0.5"),
    Row("onnxruntime", refused="it has no bfloat16"),
]


def shown(text):
    file = io.StringIO()
    Console(file=file, width=200).print(text)
    return file.getvalue()


def made(rows):
    return Optimised("runs/a", "128 of digits, val part", 16, 2, "float32", rows, rows[1].name, None)


def test_each_engine_has_a_line_with_its_speed_and_its_error():
    lines = shown(told(made(ROWS))).splitlines()
    assert lines[2].split()[5:] == ["0.50", "0.75", "32,000", "4.00", "1.5e-06", "0.00%", "0.9700", "taken"]
    assert "its scores are off by 0.5" in lines[3]
    assert lines[4].split()[:8] == ["onnxruntime", *"–––––––"]


def test_without_truth_there_is_no_column_for_the_figure():
    rows = [Row("as it is", 2.0, 2.5, 8000.0, Check(0.0, None)), Row("torch", 1.0, 1.0, 9.0, Check(0.0, None))]
    assert "figure" in shown(told(made(ROWS)))
    assert "figure" not in shown(told(made(rows)))


def test_what_is_measured_and_taken_is_told():
    said = shown(told(made(ROWS)))
    for words in ("calls of 16 images, float32, 2 threads", "128 of digits, val part", "nothing is faster", "runs/a"):
        assert words in said


def test_a_file_is_told_with_what_goes_in_and_how_it_compares():
    said = shown(
        written(Exported("a.onnx", ["a.onnx"], "images", ["batch", 1, 8, 8], "scores", 2e-6, ["16 random images"]))
    )
    for words in ("images: batch × 1 × 8 × 8", "scores", "2.0e-06 of its deviation", "16 random images", "a.onnx"):
        assert words in said
