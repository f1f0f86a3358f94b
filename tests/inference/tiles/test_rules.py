import pytest
import torch
from torch.nn import functional as F

from svertka.inference.tiles.rules import RULES, bare


def test_every_rule_is_for_a_function_of_torch():
    known = {bare(name) for place in (torch, F, torch.Tensor) for name in dir(place)}
    assert set(RULES) - known == {"everywhere"}  # ours, of dense maps


@pytest.mark.parametrize(
    "name", ["matmul", "einsum", "lstm", "grid_sample", "roll", "fft", "scaled_dot_product_attention"]
)
def test_what_mixes_places_has_no_rule(name):
    assert name not in RULES
