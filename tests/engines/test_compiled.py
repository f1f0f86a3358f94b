import pytest
import torch

from svertka.engines import Conversion, Working
from svertka.engines.compiled import COMPILE, no_compiler


def test_without_a_compiler_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert no_compiler().startswith("there is no C++ compiler c++, g++, clang++, cl; install one")
    monkeypatch.setenv("CXX", "my-c++")
    assert "my-c++" in no_compiler()


def test_a_compiler_that_is_named_is_taken(monkeypatch, tmp_path):
    (tmp_path / "my-c++").write_text("#!/bin/sh\n")
    (tmp_path / "my-c++").chmod(0o755)
    monkeypatch.setenv("CXX", str(tmp_path / "my-c++"))
    assert no_compiler() == ""


@pytest.mark.slow
@pytest.mark.skipif(bool(no_compiler()), reason="needs a C++ compiler")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_compiled_scores_are_the_networks(network, images, expected, precision):
    content = COMPILE.convert(Conversion(network, images[:4], precision))
    scores = COMPILE.start(content, network, Working((4, *images.shape[1:]), precision))
    error = float((scores(images) - expected).abs().max() / expected.std())
    assert error < (1e-5 if precision == "float32" else 0.1)
    assert torch.equal(scores(images[:3]), scores(images)[:3])
