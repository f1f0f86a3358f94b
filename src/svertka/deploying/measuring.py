"""Which of several ways to compute the same is fastest: measured in turns, the slow ones for a few turns only."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, sleep

Progress = Callable[[int, int], None]

FEWEST, MOST = 3, 12  # turns
SECONDS = 20.0  # for all turns, but for the fewest
HOPELESS = 1.5  # times the fastest
PAUSE = 0.05  # in which threads that wait by spinning come to rest
SHORT = 0.2  # seconds of a job that is done again
CALLS, BUDGET = 6, 1.0  # of a job by itself, and seconds for all


def in_turns(jobs: Mapping[str, Callable[[], object]], *, seconds: float = SECONDS) -> dict[str, list[float]]:
    """Seconds of each turn of each job, after one that is not counted.

    Whoever's best turn is longer than 1.5 times the best of all after the fewest turns has no more.
    """
    for job in jobs.values():
        job()
    times: dict[str, list[float]] = {name: [] for name in jobs}
    begin, running = perf_counter(), list(jobs)
    for turn in range(MOST):
        if turn >= FEWEST:
            fastest = min(min(found) for found in times.values())
            running = [name for name in running if min(times[name]) <= HOPELESS * fastest]
            if perf_counter() - begin > seconds:
                break
        for name in running[:: 1 if turn % 2 else -1]:
            sleep(PAUSE)
            times[name].append(timed(jobs[name]))
    return times


def shortest(job: Callable[[], object]) -> float:
    """The shortest of up to six calls, within a second: what a job can do, however busy the machine is meanwhile."""
    found: list[float] = []
    while len(found) < CALLS and sum(found) < BUDGET:
        found.append(_seconds(job))
    return min(found)


def timed(job: Callable[[], object]) -> float:
    """Seconds that a job takes among others of its kind: of a short one the median of three, after one not counted.

    The first after another job finds its threads asleep and its weights far from the processor.
    """
    first = _seconds(job)
    return first if first > SHORT else median(_seconds(job) for _ in range(3))


def _seconds(job: Callable[[], object]) -> float:
    begin = perf_counter()
    job()
    return perf_counter() - begin
