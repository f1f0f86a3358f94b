from threading import Thread

import torch
from torch._subclasses import FakeTensorMode

from svertka.ops.rooms import MOST, room


def test_who_asks_again_gets_the_same_memory():
    like = torch.zeros(1)
    first, again = room("a", (3, 4), like), room("a", (2, 5), like)
    assert (first.shape, again.shape) == ((3, 4), (2, 5))
    assert first.data_ptr() == again.data_ptr()


def test_other_names_types_and_threads_have_memory_of_their_own():
    found = [room("a", (8,), torch.zeros(1)), room("b", (8,), torch.zeros(1)), room("a", (8,), torch.zeros(1).double())]
    thread = Thread(target=lambda: found.append(room("a", (8,), torch.zeros(1))))
    thread.start()
    thread.join()
    assert len({one.data_ptr() for one in found}) == 4
    assert found[2].dtype == torch.float64


def test_more_is_fetched_when_it_is_wanted():
    room("grows", (4,), torch.zeros(1))
    assert room("grows", (1000,), torch.zeros(1)).fill_(1).sum() == 1000


def test_large_rooms_are_not_kept():
    size = MOST // 4 + 1
    one, other = room("large", (size,), torch.zeros(1)), room("large", (size,), torch.zeros(1))
    assert one.data_ptr() != other.data_ptr()


def test_what_was_made_for_inference_serves_training_too():
    with torch.inference_mode():
        room("mode", (4,), torch.zeros(1))
    found = torch.mm(torch.ones(2, 2), torch.ones(2, 2), out=room("mode", (2, 2), torch.zeros(1)))
    assert found.tolist() == [[2, 2], [2, 2]]


def test_tensors_without_values_are_not_kept():
    with FakeTensorMode():
        room("fake", (4,), torch.empty(1))
    assert type(room("fake", (4,), torch.zeros(1))) is torch.Tensor
