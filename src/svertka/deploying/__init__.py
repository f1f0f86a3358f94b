"""Trained networks where they are used: on the fastest engine of a machine, and in files for other programs."""

from svertka.deploying.exporting import Exported, export
from svertka.deploying.optimising import Optimised, optimise

__all__ = ["Exported", "Optimised", "export", "optimise"]
