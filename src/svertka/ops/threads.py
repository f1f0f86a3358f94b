"""Work of Python's functions that is shared out to threads: numba's, which run without Python's lock (`svertka[fast]`).

How many threads there are is said here for all; machine code of ours goes to those of `svertka.ops.crews`.
"""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Event, Lock, Thread, local
from typing import Any

import torch

from svertka.ops.vector_code import Code, Function, made

LOOKS = 2**20  # at a number: about a millisecond


_OWN = local()


def crew() -> int:
    """On how many threads work is done that this one shares out: as many as torch has, if not said otherwise."""
    return int(getattr(_OWN, "crew", 0)) or torch.get_num_threads()


@contextmanager
def crew_of(threads: int) -> Iterator[None]:
    """Work that this thread shares out inside is done on so many."""
    before = getattr(_OWN, "crew", 0)
    _OWN.crew = threads
    try:
        yield
    finally:
        _OWN.crew = before


def shared_out(work: Callable[..., None], jobs: Iterable[tuple[Any, ...]]) -> None:
    """Do the jobs on the crew's threads, this one among them; each takes the next that nobody has taken.

    The work should not share out work itself. Who asks while the crew is busy does the jobs alone.
    """
    waiting = iter(jobs)

    def worker() -> None:
        for job in waiting:
            work(*job)

    threads = crew()
    members = _members(threads - 1, os.getpid()) if threads > 1 else None
    if members is None or not members.lock.acquire(blocking=False):
        worker()
        return
    try:
        members.work_with(worker)
    finally:
        members.lock.release()


class _Members:
    """Threads that help, kept from one piece of work to the next.

    To wake a sleeping thread takes longer than much of the work, so each looks out for more for about a millisecond
    before it sleeps.
    """

    def __init__(self, count: int) -> None:
        self.lock = Lock()
        self.members = [_Member() for _ in range(count)]

    def work_with(self, worker: Callable[[], None]) -> None:
        """Do the work on this thread and on all members; what goes wrong on one of them is raised here."""
        for member in self.members:
            member.begin(worker)
        try:
            worker()
        finally:
            errors = [member.end() for member in self.members]
        for error in errors:
            if error is not None:
                raise error


class _Member:
    def __init__(self) -> None:
        self.box = (ctypes.c_int64 * 2)()  # how many pieces of work were asked for, and how many are done
        self.event = Event()
        self.worker: Callable[[], None] = lambda: None
        self.error: BaseException | None = None
        Thread(target=self._run, daemon=True).start()

    def begin(self, worker: Callable[[], None]) -> None:
        self.worker, self.error = worker, None
        self.box[0] += 1
        self.event.set()

    def end(self) -> BaseException | None:
        """Wait until it is done; what went wrong."""
        while (done := self.box[1]) != self.box[0]:
            look_out(ctypes.addressof(self.box) + 8, done)
        return self.error

    def _run(self) -> None:
        done = 0
        while True:
            look_out(ctypes.addressof(self.box), done)
            if self.box[0] == done:
                self.event.wait()
                self.event.clear()
                continue
            try:
                self.worker()
            except BaseException as error:  # it is raised where the work was asked for
                self.error = error
            done = self.box[0]
            self.box[1] = done


@cache
def _members(count: int, process: int) -> _Members:
    """The threads of this process: a fork has none."""
    return _Members(count)


def look_out(address: int, value: int) -> None:
    """Come back when another number stands at an address, or after a while; without Python's lock."""
    _looker()(address, value, LOOKS)


@cache
def _looker() -> Function:
    code = Code("look", 1, 2, torch.float32)
    code.lines += [
        "br label %look", "look:", "%times = phi i64 [0, %start], [%next, %look]",
        "%found = load atomic i64, ptr %p0 acquire, align 8", "%next = add i64 %times, 1",
        "%same = icmp eq i64 %found, %w0", "%more = icmp slt i64 %next, %w1", "%on = and i1 %same, %more",
        "br i1 %on, label %look, label %end", "end:",
    ]  # fmt: skip
    return made([code])["look"]
