"""Trained networks made cheaper: dear layers by two cheap ones, and what that changes."""

from svertka.factoring.choosing import Choice, Skipped
from svertka.factoring.comparing import Comparison
from svertka.factoring.jobs import factor
from svertka.factoring.networks import Factored, factored

__all__ = ["Choice", "Comparison", "Factored", "Skipped", "factor", "factored"]
