"""Claims of the literature tried again, each with a table, a picture, and a size for the impatient."""

from svertka.claims.listed import claims, find
from svertka.claims.reproducing import Reproduced, reproduce
from svertka.claims.values import Claim, Findings, Work

__all__ = ["Claim", "Findings", "Reproduced", "Work", "claims", "find", "reproduce"]
