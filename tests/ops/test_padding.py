import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.cases import BORDERS as NUMPY
from svertka import ops
from svertka.errors import ShapeError, UnknownName
from svertka.ops.padding import padded, part

TYPES = ["uint8", "uint16", "int32", "float32", "float64", "bool"]
margins = st.tuples(st.integers(0, 9), st.integers(0, 9))


@given(st.sampled_from(sorted(NUMPY)), margins, margins, st.integers(1, 5), st.integers(1, 5), st.sampled_from(TYPES))
def test_borders_are_those_of_numpy(border, rows, columns, height, width, dtype):
    image = np.arange(2 * height * width).reshape(2, height, width).astype(dtype)
    wanted = np.pad(image, [(0, 0), rows, columns], mode=NUMPY[border])
    found = ops.pad(image, (rows, columns), border)
    assert found.dtype == image.dtype
    np.testing.assert_array_equal(found, wanted)


@given(st.sampled_from(ops.BORDERS), margins, st.integers(1, 6), st.data())
def test_a_part_is_cut_out_of_the_padded_whole(border, margin, size, data):
    x = torch.arange(1, 2 * size + 1).reshape(2, size)
    whole = padded(x, [margin], border)
    first = data.draw(st.integers(0, whole.shape[1] - 1))
    length = data.draw(st.integers(1, whole.shape[1] - first + 4))
    wanted = torch.nn.functional.pad(whole, (0, 4))[:, first : first + length]
    assert part(x, -1, first, length, margin, border).tolist() == wanted.tolist()


def test_what_cannot_be_padded():
    with pytest.raises(UnknownName, match="did you mean 'circular'"):
        ops.pad(np.zeros(3), [(1, 1)], "circle")
    with pytest.raises(ShapeError, match="an image of 1 axes cannot be padded along 2"):
        ops.pad(np.zeros(3), [(1, 1), (1, 1)])
    with pytest.raises(ShapeError, match="nothing for a border of reflect"):
        ops.pad(np.zeros(0), [(1, 1)], "reflect")
