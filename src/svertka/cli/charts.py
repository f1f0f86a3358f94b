"""Pictures that the command line draws of costs."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from svertka.drawing import balls, saved, sight
from svertka.drawing.balls import Ball
from svertka.errors import DataError
from svertka.geometry import times
from svertka.measure import Cost, effective_field, fields, walk, width
from svertka.nn import Space
from svertka.zoo import Variant, find
from svertka.zoo.accuracies import published

SOURCES = "Accuracies are those of torchvision's weights, or of the papers."


def draw_balls(rows: Sequence[tuple[Variant, int]], path: Path, scores: Path | None) -> dict[str, Any]:
    """Draw published accuracies, or the numbers of a table, against multiply-adds."""
    if scores is None:
        known = {name: each.percent for name, each in published().items()}
        label, note = "top-1 accuracy on ImageNet, percent", SOURCES
    else:
        known, label = table(scores)
        note = f"Values: {scores.name}."
    found = [
        Ball(variant.name, macs, known[variant.name], variant.parameters)
        for variant, macs in rows
        if variant.name in known
    ]
    if not found:
        raise DataError(f"{scores} names no network that svertka zoo lists")
    saved(balls(found, label=label, note=note), path)
    return {"picture": str(path), "networks": len(found)}


def table(path: Path) -> tuple[dict[str, float], str]:
    """The numbers of a table by the names of networks, and what they are called.

    Raises:
        DataError: it cannot be read, or lacks a column.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        columns = [name for name in rows[0] if name != "network"]
        return {row["network"]: float(row[columns[0]]) for row in rows}, columns[0]
    except (OSError, UnicodeDecodeError, KeyError, IndexError, ValueError, TypeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: wanted a column network and one of numbers ({error})") from None


def draw_sight(price: Cost, path: Path, layer: str, *, space: Space | None) -> dict[str, Any]:
    """Draw what the middle of a layer sees in a fresh network."""
    variant = find(price.name)
    channels, *sizes = price.input
    torch.manual_seed(0)
    network = variant.build(channels=channels, space=space, **variant.bound_to(sizes)).eval()
    effective = effective_field(network, channels, sizes, layer=layer)
    field = fields(network, channels, sizes)[layer]
    places = _places(price, network, layer)
    saved(sight(effective, field, places, f"{price.name}, {layer}"), path)
    return {
        "picture": str(path),
        "layer": layer,
        "sees": "all" if field.whole else times(field.size),
        "effectively": "x".join(f"{each:.0f}" for each in width(effective)),
    }


def _places(price: Cost, network: torch.nn.Module, layer: str) -> tuple[int, ...]:
    """How many places a layer has along each axis."""
    channels, *sizes = price.input
    return next(visit.shape_out[1:] for visit in walk(network, channels, sizes) if visit.name == layer)
