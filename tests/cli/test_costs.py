from rich.console import Console

from svertka import cost
from svertka.cli.costs import by_layer, side_by_side, summed


def text(table):
    console = Console(width=400, highlight=False)
    with console.capture() as seen:
        console.print(table)
    return seen.get()


def test_a_network_in_a_few_lines():
    lines = text(summed(cost("resnet18")))
    for fact in ("11,689,512", "1,814,073,344", "435x435, every 32", "memory to train"):
        assert fact in lines


def test_networks_side_by_side_have_a_column_each():
    header, *rows = text(side_by_side([cost("resnet18"), cost("lenet5")])).splitlines()
    assert header.split() == ["resnet18", "lenet5"]
    assert [row.split()[-2:] for row in rows if "parameters" in row] == [["11,689,512", "61,706"]]


def test_every_layer_has_its_line_and_the_last_is_the_total():
    found = cost("resnet20")
    header, *rows = text(by_layer(found)).splitlines()
    assert header.split()[:4] == ["layer", "kind", "output", "parameters"]
    assert len(rows) == len(found.layers) + 1
    assert rows[0].split()[-3:] == ["3x3", "1", "-1"]
    assert rows[-1].split()[0] == "total"
    assert "269,722" in rows[-1]
    assert any(row.split()[-1] == "all" for row in rows)
