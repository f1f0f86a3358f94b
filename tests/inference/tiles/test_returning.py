import sys
from pathlib import Path

import pytest
import torch

from svertka.inference.tiles.returning import give_back


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no malloc_trim")
def test_what_was_let_go_returns_to_the_system():
    blocks = [torch.ones(8_000) for _ in range(2_000)]  # too small to be mapped one by one
    full = resident()
    kept = blocks[-1]
    del blocks
    give_back()
    assert resident() < full - 5_000
    assert kept.sum() == 8_000
