import pytest
import torch

from svertka.errors import SettingError, UnknownName
from svertka.ops.exactness import Plan, finished, greatest, limits, planned


def test_the_greatest_sum_is_that_of_the_worst_image():
    kernel = torch.tensor([[[1, -2, 3]], [[0, 0, 1]]])
    assert greatest(torch.zeros(1, dtype=torch.uint8), kernel, None) == 6 * 255
    assert greatest(torch.zeros(1, dtype=torch.int8), kernel, torch.tensor([-5, 1])) == 6 * 128 + 5
    assert greatest(torch.tensor([3, -7]), kernel, None) == 42


def test_types_are_as_wide_as_sums_need():
    kernel = torch.ones(1, 1, 300, dtype=torch.int64)
    assert planned(torch.zeros(1, dtype=torch.uint8), kernel, None, None).inner == torch.float32
    assert planned(torch.zeros(1, dtype=torch.uint16), kernel, None, None).inner == torch.float64
    assert planned(torch.full((1,), 2**52), kernel, None, None).inner == torch.int64
    assert planned(torch.zeros(1, dtype=torch.int16), kernel, None, None).outer == torch.int32


def test_nonsense_is_refused():
    with pytest.raises(UnknownName, match="no type is called 'uint7'; did you mean 'uint8'"):
        planned(torch.zeros(1), torch.ones(1, 1, 1), None, "uint7")
    with pytest.raises(SettingError, match="finite"):
        planned(torch.zeros(1), torch.full((1, 1, 1), torch.inf), None, None)


@pytest.mark.parametrize("whole", [torch.uint8, torch.int16, torch.uint16, torch.int32, torch.int64])
@pytest.mark.parametrize("inner", [torch.float32, torch.float64])
def test_values_are_cut_to_the_range_and_never_wrap(whole, inner):
    low, high = limits(whole, inner)
    assert (low, high <= torch.iinfo(whole).max) == (torch.iinfo(whole).min, True)
    far = torch.tensor([-1e30, 1e30, 2.5, 3.5], dtype=inner)
    found = finished(far, Plan(inner, whole)).tolist()
    assert found == [low, high, 2, 4]
