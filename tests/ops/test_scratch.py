from threading import Thread

import torch
from torch._subclasses import FakeTensorMode

from svertka.ops.scratch import MOST, scratch


def test_who_asks_again_gets_the_same_memory():
    like = torch.zeros(1)
    first, again = scratch("a", (3, 4), like), scratch("a", (2, 5), like)
    assert (first.shape, again.shape) == ((3, 4), (2, 5))
    assert first.data_ptr() == again.data_ptr()


def test_other_names_types_and_threads_have_memory_of_their_own():
    found = [
        scratch("a", (8,), torch.zeros(1)),
        scratch("b", (8,), torch.zeros(1)),
        scratch("a", (8,), torch.zeros(1).double()),
    ]
    thread = Thread(target=lambda: found.append(scratch("a", (8,), torch.zeros(1))))
    thread.start()
    thread.join()
    assert len({one.data_ptr() for one in found}) == 4
    assert found[2].dtype == torch.float64


def test_more_is_fetched_when_it_is_wanted():
    scratch("grows", (4,), torch.zeros(1))
    assert scratch("grows", (1000,), torch.zeros(1)).fill_(1).sum() == 1000


def test_large_pieces_are_not_kept():
    size = MOST // 4 + 1
    one, other = scratch("large", (size,), torch.zeros(1)), scratch("large", (size,), torch.zeros(1))
    assert one.data_ptr() != other.data_ptr()


def test_what_was_made_for_inference_serves_training_too():
    with torch.inference_mode():
        scratch("mode", (4,), torch.zeros(1))
    found = torch.mm(torch.ones(2, 2), torch.ones(2, 2), out=scratch("mode", (2, 2), torch.zeros(1)))
    assert found.tolist() == [[2, 2], [2, 2]]


def test_tensors_without_values_are_not_kept():
    with FakeTensorMode():
        scratch("fake", (4,), torch.empty(1))
    assert type(scratch("fake", (4,), torch.zeros(1))) is torch.Tensor
