import numpy as np
import pytest
import torch

from svertka.nn import compressed, expanded


@pytest.mark.parametrize(("wave", "level"), [(0.0, 128), (1.0, 255), (-1.0, 0), (2.0, 255), (-7.0, 0)])
def test_silence_and_the_loudest_have_their_levels(wave, level):
    assert compressed(torch.tensor([wave])).item() == level


def test_levels_are_those_of_the_formula():
    wave = np.linspace(-1, 1, 1001)
    bent = np.sign(wave) * np.log(1 + 255 * np.abs(wave)) / np.log(256)
    levels = np.floor((bent + 1) / 2 * 255 + 0.5)
    np.testing.assert_array_equal(compressed(torch.from_numpy(wave)).numpy(), levels)


@pytest.mark.parametrize("levels", [2, 16, 256])
def test_every_level_comes_back(levels):
    codes = torch.arange(levels)
    assert torch.equal(compressed(expanded(codes, levels), levels), codes)


def test_soft_sounds_are_told_finer_than_loud_ones():
    wave = expanded(torch.arange(256))
    steps = wave.diff()
    assert bool((steps > 0).all())
    assert steps[-1] > 50 * steps[127]
