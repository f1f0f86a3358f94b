import threading

import pytest
import torch

from svertka.ops.threads import shared_out


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
