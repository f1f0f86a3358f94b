import subprocess
import sys

import pytest
import torch

from svertka.engines import Conversion, Working, exchange
from svertka.engines.onnxruntime import ONNXRUNTIME, opened


@pytest.mark.parametrize(("length", "streams"), [(7, 1), (2, 1), (1, 2), (3, 2)])
def test_the_scores_are_the_networks(file, network, images, expected, length, streams):
    working = Working((length, *images.shape[1:]), threads=2, streams=streams)
    scores = ONNXRUNTIME.start(file, network, working)
    torch.testing.assert_close(scores(images), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(scores(images[:1]), expected[:1], rtol=1e-5, atol=1e-6)


def test_streams_share_the_threads(file, images):
    session = opened(file, Working(tuple(images.shape), threads=4, streams=2))
    assert session.get_session_options().intra_op_num_threads == 2


def test_eight_bits_are_as_coarse_as_they_should_be_and_no_coarser(network, images, expected):
    pytest.importorskip("onnxruntime")
    more = torch.cat([images, torch.randn(64, *images.shape[1:])])
    content = ONNXRUNTIME.convert(Conversion(network, images[:2], "int8", more))
    scores = ONNXRUNTIME.start(content, network, Working(tuple(images.shape), "int8"))(images)
    assert 1e-3 < float((scores - expected).abs().max() / expected.std()) < 0.2


def test_what_is_lacking_is_said(monkeypatch):
    monkeypatch.setattr(exchange, "find_spec", lambda name: None if name == "onnxruntime" else name)
    assert ONNXRUNTIME.lacking() == "it needs onnxruntime; run: pip install 'svertka[engines]'"


STARTING = """
import numpy as np, torch
from svertka.engines import prepare
scores = prepare("onnxruntime", torch.nn.Linear(4, 2).eval(), torch.zeros(1, 4))
scores(torch.zeros(1, 4))
assert np.float32(1e-40) * np.float32(1) > 0 and (torch.tensor([1e-40]) * 1).item() > 0
"""


def test_the_smallest_numbers_of_others_stay():
    """The first session of a process would make them 0 everywhere."""
    assert subprocess.run([sys.executable, "-c", STARTING]).returncode == 0
