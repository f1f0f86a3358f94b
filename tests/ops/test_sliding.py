import pytest
import torch

from svertka.errors import ShapeError
from svertka.geometry import windows
from svertka.ops.exactness import Plan
from svertka.ops.sliding import Sliding, dilated


def test_a_kernel_is_spread_along_each_axis():
    kernel = torch.tensor([[1, 2], [3, 4]])
    assert dilated(kernel, windows((2, 2), dilation=(1, 3))).tolist() == [[1, 0, 0, 2], [3, 0, 0, 4]]
    assert dilated(kernel, windows((2, 2))) is kernel


def test_places_are_counted_along_each_axis():
    how = Sliding(windows((3, 2), stride=(2, 1), padding=((1, 0), 0)), "zeros", 1, Plan(torch.float32, torch.float32))
    assert how.out((6, 6)) == [3, 5]
    assert how.margins == [(1, 0), (0, 0)]
    with pytest.raises(ShapeError, match="a window of 3 does not fit into a size of 1 padded by 1 before and 0 after"):
        how.out((1, 6))
