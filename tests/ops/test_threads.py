import threading

import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops.threads import crew, crew_of, shared_out


@pytest.fixture(params=[1, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_every_job_is_done_once(threads):
    done = []
    shared_out(lambda *job: done.append(job), [(place, -place) for place in range(100)])
    assert sorted(done) == [(place, -place) for place in range(100)]


def test_jobs_run_beside_each_other(threads):
    barrier = threading.Barrier(threads, timeout=10)
    shared_out(lambda _: barrier.wait(), [(place,) for place in range(threads)])
    assert not barrier.broken


def test_what_goes_wrong_in_a_job_is_told(threads):
    def work(place):
        if place == 7:
            raise ValueError("the seventh")

    with pytest.raises(ValueError, match="the seventh"):
        shared_out(work, [(place,) for place in range(10)])


def test_a_crew_of_ones_own_is_for_this_thread_and_for_a_while(threads):
    with crew_of(2):
        assert crew() == 2
        alone = []
        other = threading.Thread(target=lambda: alone.append(crew() == torch.get_num_threads()))
        other.start()
        other.join()
        assert alone == [True]
    assert crew() == threads


def test_who_comes_while_the_crew_is_busy_works_alone(threads):
    done = []

    def outer(place):
        shared_out(done.append, [((place, inner),) for inner in range(3)])

    shared_out(outer, [(place,) for place in range(4)])
    assert sorted(done) == [(place, inner) for place in range(4) for inner in range(3)]
