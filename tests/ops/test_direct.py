import numpy as np
import torch
from hypothesis import given, settings

from reference.cases import convolutions
from svertka import reference
from svertka.geometry import windows
from svertka.ops.direct import by_taps, summed


@settings(max_examples=100)
@given(convolutions(borders=("zeros",)))
def test_tap_by_tap_is_the_oracle_and_torch(case):
    more = case.plain
    slides = windows(case.kernel.shape[2:], stride=more["stride"], dilation=more["dilation"])
    padded = np.pad(case.image, [(0, 0), (0, 0), *case.settings["padding"]])
    wanted = reference.convolve(case.image, case.kernel, **case.settings)
    for way in (by_taps, summed):
        found = way(torch.tensor(padded), torch.tensor(case.kernel), slides, more["groups"])
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-10, atol=1e-11)


def test_integers_stay_integers():
    x, kernel = torch.full((1, 1, 3), 2**62), torch.tensor([[[1, -1]]])
    assert by_taps(x, kernel, windows((2,)), 1).tolist() == [[[0, 0]]]
