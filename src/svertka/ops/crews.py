"""Threads that do nothing but run machine code, row after row of a table of its arguments (`svertka[fast]`).

They never need Python's lock between two jobs, so a layer of a network can be shared out in a few microseconds.
"""

import ctypes
import os
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import accumulate, chain
from threading import Event, Lock, Thread
from typing import NamedTuple

from svertka.ops.threads import LOOKS, crew, look_out
from svertka.ops.vector_code import Function, compiled

Row = tuple[int, ...]
TABLE, ASKED, DONE, ASLEEP = range(4)  # in the box of a member


def run_all(function: Function, jobs: Iterable[Row]) -> None:
    """Call the function with each row of arguments, on the crew's threads, this one among them.

    Each takes the next row that nobody has taken. Who asks while the crew is busy does all by itself.
    """
    run_lists(function, [(job,) for job in jobs])


def run_lists(function: Function, lists: Sequence[Sequence[Row]]) -> None:
    """The same with lists of rows, each of which is done by one thread, in order."""
    lists = [each for each in lists if each]
    if not lists:
        return
    if len(lists) == len(lists[0]) == 1:
        function(*lists[0][0])
        return
    rows = array("q", chain.from_iterable(chain.from_iterable(lists)))
    ends = array("q", accumulate(map(len, lists), initial=0))
    taken, length = 0, 8 * len(lists[0][0])
    table = array("q", [taken, len(lists), function.entrance, _address(rows), length, _address(ends)])
    helpers = min(crew(), len(lists)) - 1
    members = _members(crew() - 1, os.getpid()) if helpers > 0 else None
    if members is None or not members.lock.acquire(blocking=False):
        _code().work(_address(table))
        return
    try:
        members.work(_address(table), helpers)
    finally:
        members.lock.release()


def _address(numbers: "array[int]") -> int:
    return numbers.buffer_info()[0]


class _Members:
    """Threads that help, kept from one piece of work to the next."""

    def __init__(self, count: int) -> None:
        self.lock = Lock()
        self.members = [_Member() for _ in range(count)]

    def work(self, table: int, helpers: int) -> None:
        """Do all that is in a table, on this thread and on so many members."""
        for member in self.members[:helpers]:
            member.begin(table)
        try:
            _code().work(table)
        finally:  # even when interrupted: the table is gone behind this
            for member in self.members[:helpers]:
                member.end()


class _Member:
    """A thread that looks out for work for about a millisecond before it sleeps: to be woken takes longer than work.

    It says that it sleeps before it looks for the last time, and who asks does so before looking whether it sleeps.
    """

    def __init__(self) -> None:
        self.box = (ctypes.c_int64 * 4)()
        self.event = Event()
        Thread(target=self._run, daemon=True).start()

    def begin(self, table: int) -> None:
        self.box[TABLE] = table
        self.box[ASKED] += 1
        self._wake()

    def end(self) -> None:
        """Wait until it is done."""
        while (done := self.box[DONE]) != self.box[ASKED]:
            self._wake()
            look_out(ctypes.addressof(self.box) + 8 * DONE, done)

    def _wake(self) -> None:
        if self.box[ASLEEP]:
            self.event.set()

    def _run(self) -> None:
        while True:
            _code().help(ctypes.addressof(self.box))
            self.box[ASLEEP] = 1
            if self.box[ASKED] == self.box[DONE]:
                self.event.wait()
            self.event.clear()
            self.box[ASLEEP] = 0


@cache
def _members(count: int, process: int) -> _Members:
    """The threads of this process: a fork has none."""
    return _Members(count)


class _Native(NamedTuple):
    work: Callable[[int], None]
    help: Callable[[int], None]


@cache
def _code() -> _Native:
    """What is done without Python: the work of a table, and what a member does until it may sleep."""
    address = compiled([WORK, HELP])
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
    return _Native(*(kind(address(name)) for name in ("work", "help")))


WORK = """
define void @work(ptr %table) nounwind {
start:
  %count.at = getelementptr i64, ptr %table, i64 1
  %count = load i64, ptr %count.at
  %function.at = getelementptr i64, ptr %table, i64 2
  %function = load ptr, ptr %function.at
  %rows.at = getelementptr i64, ptr %table, i64 3
  %rows = load ptr, ptr %rows.at
  %length.at = getelementptr i64, ptr %table, i64 4
  %length = load i64, ptr %length.at
  %ends.at = getelementptr i64, ptr %table, i64 5
  %ends = load ptr, ptr %ends.at
  br label %take
take:
  %job = atomicrmw add ptr %table, i64 1 seq_cst
  %more = icmp slt i64 %job, %count
  br i1 %more, label %begin, label %end
begin:
  %first.at = getelementptr i64, ptr %ends, i64 %job
  %first = load i64, ptr %first.at
  %last.at = getelementptr i64, ptr %first.at, i64 1
  %last = load i64, ptr %last.at
  br label %each
each:
  %number = phi i64 [%first, %begin], [%next, %call]
  %left = icmp slt i64 %number, %last
  br i1 %left, label %call, label %take
call:
  %offset = mul i64 %number, %length
  %row = getelementptr i8, ptr %rows, i64 %offset
  call void %function(ptr %row)
  %next = add i64 %number, 1
  br label %each
end:
  ret void
}
"""
HELP = f"""
define void @help(ptr %box) nounwind {{
start:
  %asked.at = getelementptr i64, ptr %box, i64 {ASKED}
  %done.at = getelementptr i64, ptr %box, i64 {DONE}
  br label %look
look:
  %times = phi i64 [0, %start], [%next, %again], [0, %found]
  %asked = load atomic i64, ptr %asked.at seq_cst, align 8
  %done = load atomic i64, ptr %done.at seq_cst, align 8
  %same = icmp eq i64 %asked, %done
  br i1 %same, label %again, label %found
again:
  %next = add i64 %times, 1
  %more = icmp slt i64 %next, {LOOKS}
  br i1 %more, label %look, label %end
found:
  %table = load ptr, ptr %box
  call void @work(ptr %table)
  store atomic i64 %asked, ptr %done.at seq_cst, align 8
  br label %look
end:
  ret void
}}
"""
