import numpy as np
import pytest
import torch

from svertka.errors import SettingError
from svertka.ops.kinds import is_whole, like, named, room, tensor_of


def test_memory_is_shared_where_that_is_possible():
    array = np.zeros(3)
    tensor_of(array)[0] = 1
    assert array[0] == 1


@pytest.mark.parametrize("values", [np.zeros(3, ">f4"), np.arange(3)[::-1], np.broadcast_to(1.0, 3), [1, 2], True])
def test_whatever_holds_numbers_becomes_a_tensor(values):
    np.testing.assert_array_equal(tensor_of(values).numpy(), np.asarray(values))


@pytest.mark.parametrize("values", [np.array(["a"]), np.zeros(2, complex), np.zeros(2, np.uint64), torch.zeros(1) * 1j])
def test_what_is_no_real_number_is_refused(values):
    with pytest.raises(SettingError, match="hold real numbers"):
        tensor_of(values)


def test_answers_are_of_the_kind_that_was_given():
    assert isinstance(like(torch.zeros(2, requires_grad=True), [1, 2]), np.ndarray)
    assert isinstance(like(torch.zeros(2), torch.zeros(1)), torch.Tensor)
    assert (is_whole(torch.zeros(1, dtype=torch.bool)), is_whole(torch.zeros(1))) == (True, False)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.int64, torch.float32, torch.bool])
def test_memory_is_of_the_type_that_is_asked_for(dtype):
    made = room((2, 3), dtype, torch.device("cpu"))
    assert (made.dtype, made.shape, made.numpy().dtype) == (dtype, (2, 3), named(dtype))
