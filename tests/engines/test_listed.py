"""Any engine by its name."""

import pytest
import torch

from svertka.engines import ENGINES, engine, listed, prepare
from svertka.errors import SettingError, UnknownName


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "compile"])
def test_every_engine_gives_the_networks_scores(name, network, images, expected):
    if ENGINES[name].lacking():
        pytest.skip(ENGINES[name].lacking())
    scores = prepare(name, network, images[:3], threads=1, streams=2)
    torch.testing.assert_close(scores(images), expected, rtol=1e-5, atol=1e-6)


def test_engines_have_names_that_are_told_apart():
    assert list(ENGINES) == ["torch", "vectors", "compile", "onnxruntime", "openvino"]
    with pytest.raises(UnknownName, match="no engine is called 'openvin'; did you mean 'openvino'"):
        engine("openvin")


def test_a_precision_that_an_engine_lacks_is_refused(network, images):
    with pytest.raises(SettingError, match="torch: it has no int8"):
        prepare("torch", network, images, precision="int8")


def test_an_engine_that_is_not_here_is_refused(network, images, monkeypatch):
    from svertka.engines import exchange

    monkeypatch.setattr(exchange, "find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"openvino: it needs openvino and onnx and onnxscript; run: pip install"):
        prepare("openvino", network, images)
    assert listed.why_not(ENGINES["torch"], "float32") == ""
