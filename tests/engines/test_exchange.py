"""Networks as ONNX."""

import importlib.util
import json

import pytest
import torch
from torch import nn

from svertka.engines import Conversion, exchange
from svertka.errors import MissingExtra


def without(monkeypatch, *names):
    real = importlib.util.find_spec
    monkeypatch.setattr(exchange, "find_spec", lambda name: None if name in names else real(name))


def test_what_is_not_installed_is_named_with_the_way_to_get_it(monkeypatch):
    without(monkeypatch, "onnx", "openvino")
    assert exchange.lacking("openvino") == "it needs openvino and onnx; run: pip install 'svertka[engines]'"
    with pytest.raises(MissingExtra, match=r"ONNX needs onnx, which is not installed; run: pip install"):
        exchange.as_onnx(exchange.exported(nn.Conv1d(1, 1, 1), torch.randn(2, 1, 4)), names=("x", "y"))


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_batches_may_be_of_any_length_whatever_the_example(network, images, batch):
    program = exchange.exported(network, images[:batch])
    assert exchange.taken(program) == ("batch", 2, "height", "width")
    assert program.module()(images[:5]).shape == (5, 5)
    assert program.module()(images[:1]).shape == (1, 5)


def test_sizes_are_free_where_the_network_takes_any(network):
    program = exchange.exported(network, torch.randn(2, 2, 8, 8))  # here the last map has but one place
    for sizes in ((8, 8), (20, 9)):
        x = torch.randn(3, 2, *sizes)
        torch.testing.assert_close(program.module()(x), network(x))


def test_sizes_are_fixed_where_the_network_takes_one():
    network = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 6, 3)).eval()
    assert exchange.taken(exchange.exported(network, torch.randn(2, 1, 8))) == ("batch", 1, 8)


@pytest.mark.parametrize(
    ("rank", "names"), [(1, ["width"]), (2, ["height", "width"]), (3, ["depth", "height", "width"])]
)
def test_axes_have_their_names(rank, names):
    conv = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[rank](1, 1, 3)
    assert exchange.taken(exchange.exported(conv, torch.randn(2, 1, *[5] * rank))) == ("batch", 1, *names)


def test_names_and_notes_are_in_the_file(network, images):
    onnx = pytest.importorskip("onnx")
    program = exchange.exported(network, images[:2])
    content = exchange.as_onnx(program, names=("pixels", "answers"), notes={"classes": json.dumps(["ä", "b"])})
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model)
    assert [each.name for each in (*model.graph.input, *model.graph.output)] == ["pixels", "answers"]
    assert {each.key: each.value for each in model.metadata_props}["classes"] == json.dumps(["ä", "b"])


def test_engines_are_given_what_is_written_for_one_size(network, images):
    assert exchange.taken(Conversion(network, images[:1]).program) == ("batch", 2, *images.shape[2:])
