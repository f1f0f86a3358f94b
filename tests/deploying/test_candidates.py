"""What is tried."""

import pytest
import torch

from svertka.deploying.candidates import Candidate, Workshop, candidates, chosen_names, left_out, reason
from svertka.engines import ENGINES, Engine, Working
from svertka.errors import UnknownName


def ways(names, batch, threads, precision="float32"):
    return [
        (each.engine.name, each.working.streams, each.working.shape[0])
        for each in candidates(names, precision, (batch, 1, 8, 8), threads)
    ]


def test_engines_that_stream_are_tried_with_one_and_with_several(monkeypatch):
    pytest.importorskip("openvino")
    assert ways(["torch"], 16, 2) == [("torch", 1, 16)]
    assert ways(["openvino"], 16, 2) == [
        ("openvino", streams, length) for streams, length in ((1, 16), (1, 4), (1, 1), (2, 8), (2, 4), (2, 1))
    ]
    assert ways(["openvino"], 1, 2) == [("openvino", 1, 1)]
    assert ways(["openvino"], 16, 1) == [("openvino", 1, length) for length in (16, 4, 1)]
    assert ways(["openvino"], 3, 8) == [("openvino", 1, 3), ("openvino", 1, 1), ("openvino", 3, 1)]


def test_every_candidate_has_a_name_of_its_own():
    names = [each.name for each in candidates(list(ENGINES), "float32", (16, 1, 8, 8), 4)]
    assert len(set(names)) == len(names)


def test_why_others_are_left_out_is_told():
    assert left_out(["torch", "onnxruntime"], "bfloat16")["onnxruntime"] == "it has no bfloat16"
    assert "torch" not in left_out(["torch"], "bfloat16")


def test_engines_may_be_named():
    assert chosen_names(" torch, openvino,") == ["torch", "openvino"]
    assert chosen_names(None) == list(ENGINES)
    with pytest.raises(UnknownName, match="no engine is called 'torhc'; did you mean 'torch'"):
        chosen_names("torhc")


def broken(where):
    """An engine that fails in one place, and counts conversions."""
    made = []

    def convert(wanted):
        made.append(wanted)
        if where == "convert":
            raise RuntimeError("no such operator\nand a long story")
        return b"file"

    def start(content, network, working):
        if where == "start":
            raise KeyError("driver")
        return network

    return Engine("broken", ("float32",), (), lambda: "", convert, start), made


@pytest.mark.parametrize(("where", "words"), [("convert", "no such operator"), ("start", "'driver'")])
def test_an_engine_that_fails_gives_a_reason_instead(where, words):
    engine, _ = broken(where)
    workshop = Workshop(torch.nn.Identity(), torch.zeros(2, 1), None)
    assert workshop.started(Candidate(engine, Working((2, 1)))) == words


def test_a_file_is_made_once_for_all_that_take_it():
    engine, made = broken("nowhere")
    workshop = Workshop(torch.nn.Identity(), torch.zeros(4, 1), None)
    for length in (1, 2, 4):
        assert workshop.started(Candidate(engine, Working((length, 1))))[0] == b"file"
    assert len(made) == 1


def test_a_reason_is_one_line_that_says_something():
    assert reason(ValueError("  two\nlines")) == "two"
    assert reason(KeyError()) == "KeyError"


def test_engines_that_begin_with_the_same_operators_export_them_once(monkeypatch):
    from importlib import import_module

    module = import_module("svertka.engines.engine")

    exports = []
    real = module.exported
    monkeypatch.setattr(module, "exported", lambda *given, **more: (exports.append(given), real(*given, **more))[1])
    torch.manual_seed(0)
    network, images = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten()).eval(), torch.randn(4, 1, 8, 8)
    workshop = Workshop(network, images, None)
    made = [workshop.started(each) for each in candidates(["vectors", "onnxruntime"], "float32", (4, 1, 8, 8), 1)]
    assert len(made) > 2
    assert not [one for one in made if isinstance(one, str)]
    assert len(exports) == 1
