import numpy as np
import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.vector_code import NAMES, Code, made, width

DTYPES = sorted(NAMES, key=str)


def ran(codes, *given):
    """Run the last of the functions on arrays and whole numbers."""
    made(codes)[codes[-1].name](*[one.ctypes.data if isinstance(one, np.ndarray) else one for one in given])


def arrays(dtype, *shape):
    numpy = torch.empty(0, dtype=dtype).numpy().dtype
    return np.random.default_rng(0).normal(size=shape).astype(numpy)


@pytest.mark.parametrize("dtype", DTYPES)
def test_formulas_on_vectors_are_those_on_numbers(dtype):
    code = Code("formula", 3, 1, dtype)
    (a, b, c), (count,) = code.pointers, code.wholes
    for place in code.each(0, count, code.lanes):
        x, y = code.load(a, place), code.load(b, place)
        code.store((x + y) * (x - y) * 0.1 + x * y, c, place)
    a, b = arrays(dtype, 2, 5 * code.lanes)
    c = np.zeros_like(a)
    ran([code], a, b, c, len(a))
    np.testing.assert_allclose(c, (a + b) * (a - b) * 0.1 + a * b, rtol=20 * np.finfo(a.dtype).eps, atol=1e-7)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_totals_go_on_from_one_time_to_the_next(count):
    code = Code("total", 2, 1, torch.float64)
    (x, y), (rows,) = code.pointers, code.wholes
    totals = [code.constant(0.0), code.constant(1.0)]
    for row in code.each(0, rows, totals=totals):
        one = code.load(x, row * code.lanes)
        totals[:] = [totals[0] + one, totals[1] * one]
    for place, total in enumerate(totals):
        code.store(total, y, place * code.lanes)
    x, y = arrays(torch.float64, count, code.lanes), arrays(torch.float64, 2, code.lanes)
    ran([code], x, y, count)
    np.testing.assert_allclose(y, [x.sum(axis=0), x.prod(axis=0)], atol=1e-14)


def test_loops_stand_in_loops_and_tell_where_they_end():
    code = Code("nested", 2, 2, torch.float64)
    (starts, y), (rows, columns) = code.pointers, code.wholes
    for row in code.each(0, rows):
        totals = [code.constant(0.0)]
        for column in code.each(code.load_whole(starts, row), columns - 2, 3, totals=totals):
            totals[0] = totals[0] + code.constant(1.0)
            last = column
        for _ in code.each(last, columns, totals=totals):
            totals[0] = totals[0] + code.constant(100.0)
        code.store(totals[0], y, row * code.lanes)
    starts, y = np.array([0, 5, 9, 10]), np.zeros((4, code.lanes))
    ran([code], starts, y, 4, 10)
    times = [(len(range(start, 8, 3)), 10 - (start + 3 * len(range(start, 8, 3)))) for start in starts]
    np.testing.assert_array_equal(y, [[one + 100 * other] * code.lanes for one, other in times])


def test_functions_call_each_other_with_a_number():
    inner = Code("inner", 1, 1, torch.float32, scaled=True)
    place = inner.wholes[0].least(inner.fixed(1000))
    inner.store(inner.load(inner.pointers[0], place) * inner.scale, inner.pointers[0], place)
    outer = Code("outer", 2, 1, torch.float32)
    for place in outer.each(0, outer.wholes[0]):
        outer.call(inner, [outer.pointers[0]], [place * outer.lanes], outer.load_one(outer.pointers[1], place))
    x, factors = arrays(torch.float32, 3, outer.lanes), arrays(torch.float32, 3)
    wanted = x * factors[:, None]
    ran([inner, outer], x, factors, 3)
    np.testing.assert_array_equal(x, wanted)


def test_vectors_are_as_wide_as_registers_are():
    assert width() in (16, 32, 64)
    assert Code("any", 0, 0, torch.float32).lanes == 2 * Code("any", 0, 0, torch.float64).lanes
