import numpy as np
import pytest
import torch

from svertka import ops
from svertka.errors import SettingError
from svertka.ops.separable import factors


@pytest.mark.parametrize(("outputs", "inputs", "groups"), [(1, 1, 1), (4, 3, 1), (4, 2, 2), (6, 1, 3)])
def test_kernels_of_any_rank_are_sums_of_lines(outputs, inputs, groups, rng):
    image = rng.standard_normal((2, inputs * groups, 11, 12))
    kernel = rng.standard_normal((outputs, inputs, 3, 4))
    wanted = torch.nn.functional.conv2d(torch.tensor(image), torch.tensor(kernel), groups=groups).numpy()
    found = ops.convolve(image, kernel, groups=groups, method="separable")
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-10)


def test_volumes_go_by_three_lines_and_refuse_what_is_none(rng):
    lines = [rng.standard_normal(length) for length in (3, 4, 2)]
    kernel = np.einsum("i,j,k->ijk", *lines)[None, None]
    image = rng.standard_normal((1, 1, 6, 7, 8))
    wanted = torch.nn.functional.conv3d(torch.tensor(image), torch.tensor(kernel)).numpy()
    np.testing.assert_allclose(ops.convolve(image, kernel, method="separable"), wanted, rtol=1e-9, atol=1e-10)
    with pytest.raises(SettingError, match="is no product of lines; use method direct or fft"):
        ops.convolve(image, rng.standard_normal((1, 1, 3, 3, 3)), method="separable")


def test_exact_sums_need_whole_lines():
    sobel = torch.tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    assert [line.tolist() for line in factors(sobel, exact=True)] == [[[[[1, 2, 1]]]], [[[[-1, 0, 1]]]]]
    with pytest.raises(SettingError, match="exact sums need method direct"):
        factors(torch.tensor([[0, 1], [1, 1]])[None, None], exact=True)
