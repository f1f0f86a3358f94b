"""Runs as files, by the programs that are to run them."""

import json

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

import svertka
from svertka.deploying import exporting
from svertka.deploying.formats import FORMATS
from svertka.errors import DataError, RunError


def test_pixels_become_probabilities_without_svertka(run, tmp_path):
    """The five lines of the documentation, on digits as scikit-learn has them."""
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    made = svertka.export(run, tmp_path / "digits.onnx", with_preprocessing=True)
    session = onnxruntime.InferenceSession(made.path)
    notes = session.get_modelmeta().custom_metadata_map
    pixels = np.kron(load_digits().images[:50] / 16, np.ones((4, 4))).astype(np.float32)[:, None]
    (answers,) = session.run(None, {"pixels": pixels})
    np.testing.assert_allclose(answers.sum(1), 1, rtol=1e-5)
    told = [prediction.label for prediction in svertka.predict(run, load_digits().images[:50] / 16)]
    found = [json.loads(notes["classes"])[place] for place in answers.argmax(1)]
    assert np.mean([one == other for one, other in zip(found, told, strict=True)]) >= 0.9
    assert json.loads(notes["preprocess"])["sizes"] == [32, 32]
    assert (made.input, made.output, made.shape) == ("pixels", "answers", ["batch", 1, "height", "width"])
    assert made.error < 1e-5
    assert made.compared == ["16 images of digits, val part", "16 random images", "a single image", "images of 32x64"]


def test_openvino_has_two_files_and_the_notes(run, tmp_path):
    openvino = pytest.importorskip("openvino")
    made = svertka.export(run, tmp_path / "a.xml")
    assert made.files == [str(tmp_path / "a.xml"), str(tmp_path / "a.bin")]
    model = openvino.Core().read_model(made.path)
    assert json.loads(model.get_rt_info(["svertka", "classes"]).value) == list("0123456789")
    images = torch.randn(3, 1, 32, 32)
    scores = openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(images.numpy())[0]
    np.testing.assert_allclose(scores, run.network()(images).detach(), rtol=1e-4, atol=1e-5)
    assert {path.name for path in tmp_path.iterdir()} == {"run", "a.xml", "a.bin"}


def test_torchs_own_file_has_the_notes(run, tmp_path):
    made = svertka.export(run, tmp_path / "new" / "a.pt2")
    notes = {"svertka.json": ""}
    network = torch.export.load(made.path, extra_files=notes).module()
    images = torch.randn(5, 1, 32, 32)
    torch.testing.assert_close(network(images), run.network()(images), rtol=1e-4, atol=1e-5)
    assert json.loads(notes["svertka.json"])["network"] == "lenet5"


def test_numbers_are_in_their_own_units(forecast_run, tmp_path):
    made = svertka.export(forecast_run, tmp_path / "tides.pt2", with_preprocessing=True)
    assert made.error < 1e-5
    notes = {"svertka.json": ""}
    torch.export.load(made.path, extra_files=notes)
    found = json.loads(notes["svertka.json"])
    assert len(json.loads(found["target_mean"])) == len(json.loads(found["columns"])) == 2


def test_bytes_go_in_where_images_have_bytes(photos_run, tmp_path):
    made = svertka.export(photos_run, tmp_path / "photos.pt2", with_preprocessing=True)
    network = torch.export.load(made.path).module()
    assert network(torch.full((2, 3, 12, 12), 200, dtype=torch.uint8)).shape == (2, 3)
    assert made.shape[:2] == ["batch", 3]


def test_what_is_there_stays_unless_it_may_be_replaced(run, tmp_path):
    (tmp_path / "a.pt2").write_text("mine")
    with pytest.raises(DataError, match=r"a.pt2 is there already; replace it with --overwrite"):
        svertka.export(run, tmp_path / "a.pt2")
    assert (tmp_path / "a.pt2").read_text() == "mine"
    svertka.export(run, tmp_path / "a.pt2", overwrite=True)
    assert torch.export.load(tmp_path / "a.pt2")


def test_weights_of_another_file_are_not_replaced_either(run, tmp_path):
    pytest.importorskip("openvino")
    (tmp_path / "a.bin").write_text("mine")
    with pytest.raises(DataError, match=r"a.bin is there already"):
        svertka.export(run, tmp_path / "a.xml")


def changed(monkeypatch, run):
    kind = FORMATS[".pt2"]
    monkeypatch.setattr(exporting, "format_of", lambda path: type(kind)(".pt2", (), kind.write, run))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: torch.zeros(len(x), 10), "what it gives is off by"),
        (lambda x: torch.zeros(len(x), 9), "what it gives is off by inf"),
        (lambda x: torch.full((len(x), 10), torch.nan), "what it gives is off by nan"),
        (lambda x: 1 / 0, "it cannot be run: division by zero"),
    ],
)
def test_a_file_that_differs_does_not_appear(run, tmp_path, monkeypatch, answer, words):
    changed(monkeypatch, lambda path: answer)
    with pytest.raises(RunError, match=rf"a.pt2 is not written.*{words}"):
        svertka.export(run, tmp_path / "a.pt2")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_without_data_it_is_compared_on_random_images(dataless, tmp_path):
    assert svertka.export(dataless, tmp_path / "a.pt2").compared[0] == "16 random images"


def test_sounds_are_not_exported(sounds_run, tmp_path):
    with pytest.raises(RunError, match="makes sounds"):
        svertka.export(sounds_run, tmp_path / "a.pt2")


@pytest.mark.parametrize("name", ["a.onnx", "a.xml", "a.pt2"])
def test_a_network_on_the_sphere_is_refused_with_its_layer_and_with_what_runs_it(sphere_run, tmp_path, name):
    words = (
        r"spherical_mnist cannot be exported: layer stem.0 \(SphereConv\) can be neither written nor compiled; only "
    )
    with pytest.raises(RunError, match=rf"{words}svertka itself runs it, as by `svertka predict {sphere_run.path}`$"):
        svertka.export(sphere_run, tmp_path / name)
    assert not list(tmp_path.iterdir())
