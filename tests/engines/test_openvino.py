import pytest
import torch

from svertka.engines import Working, exchange
from svertka.engines.openvino import OPENVINO, compiled_for
from svertka.errors import SettingError

openvino = pytest.importorskip("openvino")


@pytest.mark.parametrize(("length", "streams"), [(7, 1), (2, 1), (1, 2), (3, 2)])
def test_the_scores_are_the_networks(file, network, images, expected, length, streams):
    working = Working((length, *images.shape[1:]), threads=2, streams=streams)
    scores = OPENVINO.start(file, network, working)
    torch.testing.assert_close(scores(images), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(scores(images[:1]), expected[:1], rtol=1e-5, atol=1e-6)


def test_earlier_scores_are_not_written_over(file, network, images):
    scores = OPENVINO.start(file, network, Working((1, *images.shape[1:])))
    first = scores(images[:1])
    kept = first.clone()
    scores(images[1:2])
    assert torch.equal(first, kept)


def test_nothing_is_computed_in_less_than_float32_unless_asked_for(file, images):
    compiled = compiled_for(file, Working(tuple(images.shape), threads=1))
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == openvino.Type.f32


def test_bfloat16_is_computed_or_refused(file, network, images, expected):
    working = Working(tuple(images.shape), "bfloat16")
    if "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        with pytest.raises(SettingError, match="this processor computes no bfloat16"):
            OPENVINO.start(file, network, working)
        return
    error = float((OPENVINO.start(file, network, working)(images) - expected).abs().max() / expected.std())
    assert 1e-5 < error < 0.1


def test_what_is_lacking_is_said(monkeypatch):
    monkeypatch.setattr(exchange, "find_spec", lambda name: None if name == "openvino" else name)
    assert OPENVINO.lacking() == "it needs openvino; run: pip install 'svertka[engines]'"
