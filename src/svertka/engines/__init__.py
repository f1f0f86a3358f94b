"""What computes a network's scores on this machine: torch, compiled code, ONNX Runtime, OpenVINO; one interface."""

from svertka.engines.engine import Conversion, Engine, Precision, Scores, Working
from svertka.engines.kept import Kept, drop, keep, kept, started
from svertka.engines.listed import ENGINES, engine, prepare

__all__ = [
    "ENGINES",
    "Conversion",
    "Engine",
    "Kept",
    "Precision",
    "Scores",
    "Working",
    "drop",
    "engine",
    "keep",
    "kept",
    "prepare",
    "started",
]
