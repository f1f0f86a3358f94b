"""Files for other programs."""

from pathlib import Path

import pytest
import torch

from svertka.deploying.formats import FORMATS, format_of
from svertka.engines import exchange
from svertka.engines.exchange import exported
from svertka.errors import MissingExtra, SettingError


@pytest.fixture(scope="module")
def program():
    torch.manual_seed(0)
    return exported(torch.nn.Sequential(torch.nn.Conv1d(1, 3, 3), torch.nn.ReLU()).eval(), torch.randn(2, 1, 9))


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_back_the_network(ending, program, tmp_path):
    if FORMATS[ending].packages and exchange.missing(*FORMATS[ending].packages):
        pytest.skip("its packages are not installed")
    path = tmp_path / f"net{ending}"
    FORMATS[ending].write(program, path, ("images", "scores"), {"classes": '["ä"]'})
    scores = FORMATS[ending].run(path)
    for shape in ((1, 1, 9), (4, 1, 20)):
        x = torch.randn(shape)
        torch.testing.assert_close(scores(x), program.module()(x), rtol=1e-5, atol=1e-6)


def test_openvinos_weights_are_not_rounded(program, tmp_path):
    pytest.importorskip("openvino")
    FORMATS[".xml"].write(program, tmp_path / "net.xml", ("x", "y"), {})
    assert 'element_type="f16"' not in (tmp_path / "net.xml").read_text()


def test_the_ending_says_the_format_in_any_case():
    assert format_of(Path("a.PT2")).ending == ".pt2"
    with pytest.raises(SettingError, match=r"a.tflite says no format; let it end in .onnx, .xml, .pt2"):
        format_of(Path("runs/a.tflite"))


def test_what_a_format_needs_is_said(monkeypatch):
    monkeypatch.setattr(exchange, "find_spec", lambda name: None if name == "openvino" else name)
    with pytest.raises(MissingExtra, match=r".xml needs openvino, which is not installed; run: pip install"):
        format_of(Path("a.xml"))
