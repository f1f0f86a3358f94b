"""Evaluating a trained network, and the report of it."""

from svertka.evaluation.evaluating import Evaluation, evaluate, evaluated
from svertka.evaluation.reports import ClassReport, NumberReport, Report

__all__ = ["ClassReport", "Evaluation", "NumberReport", "Report", "evaluate", "evaluated"]
