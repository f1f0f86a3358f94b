import pytest
import torch

from svertka.engines import Working
from svertka.engines.torch import TORCH, threads


def test_the_scores_are_the_networks(network, images, expected):
    scores = TORCH.start(b"", network, Working(tuple(images.shape)))
    torch.testing.assert_close(scores(images), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(scores(images[:3]), expected[:3], rtol=1e-5, atol=1e-6)


def test_less_precision_is_as_coarse_as_it_should_be_and_no_coarser(network, images, expected):
    scores = TORCH.start(b"", network, Working(tuple(images.shape), "bfloat16"))(images)
    error = float((scores - expected).abs().max() / expected.abs().max())
    assert scores.dtype == torch.float32
    assert 2**-16 < error < 2**-4  # bfloat16 has 8 bits, and a few layers add up


@pytest.mark.parametrize("count", [1, 2])
def test_threads_are_given_back(count):
    before = torch.get_num_threads()
    with threads(count):
        assert torch.get_num_threads() == count
    assert torch.get_num_threads() == before
