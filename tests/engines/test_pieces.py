"""Calls cut into pieces: the same answers in the same order, whoever works on them."""

import threading
from collections import Counter
from time import sleep

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from svertka.engines.pieces import Pieces, filled


@given(count=st.integers(1, 20), length=st.integers(1, 7), streams=st.integers(1, 3))
def test_every_image_has_its_own_answer_in_its_place(count, length, streams):
    seen = []

    def make():
        def scores(images):
            seen.append(len(images))
            return images * 2

        return scores

    images = torch.arange(count * 3.0).reshape(count, 3)
    assert torch.equal(Pieces(length, make, streams)(images), images * 2)
    assert set(seen) == {length}
    assert len(seen) == -(-count // length)


def test_a_stream_works_on_one_piece_at_a_time_and_all_streams_work():
    busy, together = Counter(), []

    def make():
        me = object()

        def scores(images):
            busy[me] += 1
            together.append(sum(busy.values()))
            assert busy[me] == 1
            sleep(0.01)
            busy[me] -= 1
            return images

        return scores

    Pieces(1, make, 3)(torch.zeros(12, 1))
    assert max(together) == 3


def test_calls_from_several_threads_wait_for_one_another():
    inside = []

    def scores(images):
        inside.append(1)
        assert len(inside) == 1
        sleep(0.005)
        inside.pop()
        return images

    pieces = Pieces(2, lambda: scores, 1)
    workers = [threading.Thread(target=pieces, args=(torch.zeros(4, 1),)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not inside


def test_what_goes_wrong_in_a_stream_is_raised():
    def scores(images):
        raise ArithmeticError("overflow")

    with pytest.raises(ArithmeticError, match="overflow"):
        Pieces(1, lambda: scores, 2)(torch.zeros(4, 1))


def test_the_last_image_fills_up():
    assert filled(torch.tensor([[1.0], [2.0]]), 4).ravel().tolist() == [1, 2, 2, 2]
    assert filled(torch.tensor([[1.0], [2.0]]), 2).ravel().tolist() == [1, 2]
