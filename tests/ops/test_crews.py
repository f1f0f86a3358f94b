"""Machine code on several threads; a function that adds one where it is told tells what was done, and how often."""

import os
import subprocess
import sys
import threading
import time

import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.crews import run_all, run_lists
from svertka.ops.threads import crew_of
from svertka.ops.vector_code import Code, made


@pytest.fixture(scope="module")
def adding():
    """`adding(numbers, from, to)` adds 1 to the numbers between, one row of the vector after the other."""
    code = Code("adding", 1, 2, torch.float64)
    for place in code.each(code.wholes[0] * code.lanes, code.wholes[1] * code.lanes, code.lanes):
        code.store(code.load(code.pointers[0], place) + code.constant(1.0), code.pointers[0], place)
    return code.lanes, made([code])["adding"]


@pytest.fixture(params=[1, 2, 5])
def threads(request):
    with crew_of(request.param):
        yield request.param


def test_every_row_is_done_once(adding, threads):
    lanes, function = adding
    for count in (1, 2, 3, 100):
        numbers = torch.zeros(count * lanes, dtype=torch.float64)
        run_all(function, [(numbers.data_ptr(), place, place + 1) for place in range(count)])
        assert (numbers == 1).all()


def test_lists_may_be_of_any_length_and_are_done_in_order(adding, threads):
    lanes, function = adding
    numbers = torch.zeros(7 * lanes, dtype=torch.float64)
    place = numbers.data_ptr()
    run_lists(function, [[], [(place, 0, 1)], [], [(place, 1, 3), (place, 2, 3), (place, 1, 2)], [(place, 3, 7)] * 4])
    assert numbers[::lanes].tolist() == [1, 2, 2, 4, 4, 4, 4]
    run_lists(function, [[]])
    run_all(function, [])


def test_many_pieces_of_work_follow_each_other_with_and_without_sleep_between(adding, threads):
    lanes, function = adding
    numbers = torch.zeros(8 * lanes, dtype=torch.float64)
    rows = [(numbers.data_ptr(), place, place + 1) for place in range(8)]
    for pause in [0.0] * 2000 + [0.01] * 20 + [0.001] * 20:
        run_all(function, rows)
        time.sleep(pause) if pause else None
    assert (numbers == 2040).all()


def test_several_who_ask_at_once_are_all_served(adding, threads):
    lanes, function = adding
    held = [torch.zeros(4 * lanes, dtype=torch.float64) for _ in range(4)]

    def ask(numbers):
        with crew_of(threads):
            for _ in range(300):
                run_all(function, [(numbers.data_ptr(), place, place + 1) for place in range(4)])

    asking = [threading.Thread(target=ask, args=(numbers,)) for numbers in held]
    for one in asking:
        one.start()
    for one in asking:
        one.join(timeout=60)
        assert not one.is_alive()
    assert all((numbers == 300).all() for numbers in held)


def test_members_work_beside_each_other(adding):
    """Long jobs on two threads: the processor works for longer than the clock goes, where it has two cores."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core only")
    lanes, function = adding
    held = [torch.zeros(2**16 * lanes, dtype=torch.float64) for _ in range(2)]
    lists = [[(numbers.data_ptr(), 0, 2**16)] * 2000 for numbers in held]
    with crew_of(2):
        before, clock = os.times(), time.perf_counter()
        run_lists(function, lists)
        seconds, after = time.perf_counter() - clock, os.times()
    assert all((numbers == 2000).all() for numbers in held)
    assert (after.user + after.system) - (before.user + before.system) > 1.2 * seconds or seconds < 0.05


FORKING = """
import os, torch
from svertka.ops.packed_direct import Direct
from svertka.ops.threads import crew_of
torch.set_num_threads(1)  # its own do not live on in a fork
layer, x = Direct(torch.randn(64, 64, 3, 3), None, padding=(1, 1)), torch.randn(1, 64, 56, 56)
with crew_of(2):
    expected = layer(x)
    child = os.fork()
    same = torch.equal(layer(x), expected)
    if child == 0:
        os._exit(0 if same else 1)
    assert same and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_has_members_of_its_own():
    assert subprocess.run([sys.executable, "-c", FORKING], timeout=120).returncode == 0
