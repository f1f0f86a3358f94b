import numpy as np
import torch

from svertka.ops.rotation_tables import rotation_tables, row_of

CPU = torch.device("cpu")


def test_every_coefficient_has_one_row_of_the_sorted_spectrum():
    tables = rotation_tables(5, 4, torch.float64, CPU)
    rows = torch.arange(len(tables.unsort))
    assert torch.equal(tables.sort[tables.unsort], rows)


def test_runs_are_the_sorted_spectrum_end_to_end():
    tables = rotation_tables(4, 4, torch.float64, CPU)
    starts = [run.rows.start for run in tables.runs]
    ends = [run.rows.stop for run in tables.runs]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == len(tables.sort)


def test_rows_count_up_through_degrees_and_orders():
    places = [row_of(np.array(l), m, n) for l in range(4) for m in range(-l, l + 1) for n in range(-l, l + 1)]
    assert [int(place) for place in places] == list(range(84))


def test_tables_of_one_bandwidth_are_shared():
    assert rotation_tables(3, 2, torch.float32, CPU) is rotation_tables(3, 2, torch.float32, CPU)
