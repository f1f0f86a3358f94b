"""Costs as tables."""

from collections.abc import Sequence

from rich.table import Table

from svertka.cli.output import Row, amount, facts, table
from svertka.geometry import times
from svertka.measure import Cost, Field

COLUMNS = "layer kind output parameters MACs activations bytes operations/byte sees jump start"


def summed(price: Cost) -> Table:
    """One network in a few lines."""
    return facts([(name, value) for name, value in _rows(price)])


def side_by_side(prices: Sequence[Cost]) -> Table:
    """Several networks, a column for each."""
    columns = [dict(_rows(price)) for price in prices]
    rows: list[Row] = [[name, *[column.get(name, "–") for column in columns]] for name in columns[0]]
    return table(["", *[price.name for price in prices]], rows[1:], texts="")


def by_layer(price: Cost) -> Table:
    """One network, a line for each layer."""
    cells: list[Row] = [
        [
            layer.name, layer.kind, times(layer.output), layer.parameters, layer.macs, layer.activations, layer.bytes,
            f"{layer.intensity:.1f}", *_seen(layer.field),
        ]
        for layer in price.layers
    ]  # fmt: skip
    cells.append(
        [
            "total", "", times(price.output), price.parameters, price.macs, price.activations, price.bytes,
            f"{price.intensity:.1f}", "", "", "",
        ]
    )  # fmt: skip
    return table(COLUMNS.split(), cells, texts="layer kind")


def _rows(price: Cost) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [
        ("network", price.name),
        ("image", times(price.input)),
        ("output", times(price.output)),
        ("parameters", price.parameters),
        ("multiply-adds (MACs)", price.macs),
        ("activations", price.activations),
        ("bytes moved", price.bytes),
        ("operations for each byte", f"{price.intensity:.1f}"),
    ]
    if price.memory:
        rows += [
            ("memory to predict", f"{amount(price.memory.prediction)}B"),
            ("memory to train", f"{amount(price.memory.training)}B"),
        ]
    if price.field:
        size, jump, _ = _seen(price.field)
        rows.append(("receptive field", f"{size}, every {jump}"))
    return rows


def _seen(field: Field | None) -> tuple[str, str, str]:
    """Size, jump and start of a field, axis by axis where they differ."""
    if field is None:
        return "", "", ""
    if field.whole:
        return "all", "", ""
    return times(field.size), _axes(field.jump), _axes(field.start)


def _axes(values: tuple[float, ...]) -> str:
    shown = [f"{value:g}" for value in values]
    return shown[0] if len(set(shown)) == 1 else " ".join(shown)
