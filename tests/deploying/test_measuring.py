"""Who is faster, by a clock that tests turn themselves."""

import pytest

from svertka.deploying import measuring


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only where jobs let it."""
    now = [0.0]
    monkeypatch.setattr(measuring, "perf_counter", lambda: now[0])
    monkeypatch.setattr(measuring, "sleep", lambda seconds: None)

    def job(seconds):
        def work():
            now[0] += seconds

        return work

    return job


def test_the_slow_have_few_turns_and_the_fast_all(clock):
    times = measuring.in_turns({"fast": clock(1), "near": clock(1.4), "slow": clock(2)}, seconds=1e9)
    assert {name: len(found) for name, found in times.items()} == {"fast": 12, "near": 12, "slow": 3}
    assert times["near"] == [pytest.approx(1.4)] * 12


def test_time_is_bounded_but_everyone_has_the_fewest_turns(clock):
    times = measuring.in_turns({"one": clock(5), "two": clock(6)}, seconds=20)
    assert [len(found) for found in times.values()] == [3, 3]


def test_the_first_call_is_not_counted(clock):
    first = [9.0]

    def warming():
        clock(first.pop() if first else 1)()

    assert max(measuring.in_turns({"it": warming}, seconds=1)["it"]) == pytest.approx(1)


def test_everyone_is_first_in_turn(clock):
    order = []
    jobs = {name: lambda name=name: order.append(name) for name in "ab"}
    measuring.in_turns(jobs, seconds=0)
    assert order[2:] == [name for name in "baab" * 6 for _ in range(4)]


def test_short_jobs_are_timed_when_they_are_under_way(clock):
    seconds = iter([0.19, 0.01, 0.03, 0.02])
    assert measuring.timed(lambda: clock(next(seconds))()) == pytest.approx(0.02)


def test_the_shortest_call_tells_what_a_job_can_do(clock):
    seconds = iter([0.3, 0.02, 0.04, 0.01, 0.02, 0.02, 0.001])
    assert measuring.shortest(lambda: clock(next(seconds))()) == pytest.approx(0.01)
    assert list(seconds) == [0.001]  # six calls


def test_a_long_job_is_called_until_a_second_is_over(clock):
    seconds = iter([0.7, 0.6, 0.1])
    assert measuring.shortest(lambda: clock(next(seconds))()) == pytest.approx(0.6)
