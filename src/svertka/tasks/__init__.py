"""Tasks: what a network can be asked to do."""

from svertka.tasks.table import (
    CLASSIFY,
    FORECAST,
    NEXT,
    REGRESS,
    SEGMENT,
    TASKS,
    Figures,
    Stress,
    Task,
    heads,
    loss_of,
    measured,
)

__all__ = [
    "CLASSIFY",
    "FORECAST",
    "NEXT",
    "REGRESS",
    "SEGMENT",
    "TASKS",
    "Figures",
    "Stress",
    "Task",
    "heads",
    "loss_of",
    "measured",
]
