"""An engine in a run folder: used as long as all is as it was, and else left out with one line."""

import json
from shutil import copytree

import pytest
import torch

from svertka.engines import ENGINES, Working, drop, keep, kept, started
from svertka.engines.kept import marks
from svertka.inference import Predictor
from svertka.runs import Run


@pytest.fixture
def run(digits_run, tmp_path):
    copytree(digits_run, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture
def noted(run):
    keep(run, ENGINES["torch"], Working((2, 1, 8, 8), threads=1), b"", {"ms": 1.0})
    return run


def test_what_is_kept_is_found_again(noted):
    found = kept(noted)
    assert (found.engine, found.shape, found.working.threads, found.measured) == ("torch", (2, 1, 8, 8), 1, {"ms": 1.0})
    assert found.summary == "torch, float32"


def test_a_predictor_uses_it_and_answers_the_same(noted, caplog):
    caplog.set_level("INFO")
    used = Predictor.load(noted, "cpu")
    assert "engine: torch, float32" in caplog.text
    drop(noted)
    plain = Predictor.load(noted, "cpu")
    images = torch.randn(5, 1, 8, 8)
    assert used.engine.shape == (2, 1, 8, 8)
    assert plain.engine is None
    torch.testing.assert_close(used.answers(images), plain.answers(images))


def test_images_of_other_sizes_go_to_the_network(noted):
    engine = started(noted, noted.network())
    assert engine.takes(torch.zeros(9, 1, 8, 8))
    assert not engine.takes(torch.zeros(2, 1, 8, 9))
    assert not engine.takes(torch.zeros(0, 1, 8, 8))


def altered(run, **changes):
    path = run.path / "engine.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def other_weights(run):
    run.write_weights({name: value + 1 for name, value in run.network().state_dict().items()})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_weights, "the weights have changed"),
        (lambda run: altered(run, machine={"processor": "Old One"}), "processor Old One has become"),
        (lambda run: altered(run, engine="steam"), "there is no engine steam here"),
        (lambda run: (run.path / "engine.json").write_text("{"), "its note is damaged"),
        (lambda run: altered(run, engine="onnxruntime", machine={}), "engine.onnx is missing or damaged"),
    ],
)
def test_after_a_change_it_is_left_out_with_one_line(noted, change, words, caplog):
    change(noted)
    assert Predictor.load(noted, "cpu").engine is None
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"engine left out: {words}")
    assert line.endswith(f"; measure anew with: svertka optimise {noted.path}")


def test_a_damaged_file_is_not_started(run, file, caplog):
    keep(run, ENGINES["onnxruntime"], Working((1, 2, 12, 10)), file, {})
    assert (kept(run).engine, kept(run).shape) == ("onnxruntime", (1, 2, 12, 10))
    (run.path / "engine.onnx").write_bytes(file[:-1])
    assert started(run, run.network()) is None
    assert "engine.onnx is missing or damaged" in caplog.text


def test_dropping_leaves_the_run_as_it_was(run):
    before = {path.name for path in run.path.iterdir()}
    keep(run, ENGINES["onnxruntime"], Working((1, 1, 8, 8)), b"any", {})
    assert {path.name for path in run.path.iterdir()} == before | {"engine.json", "engine.onnx"}
    assert drop(run)
    assert not drop(run)
    assert {path.name for path in run.path.iterdir()} == before


def test_a_new_training_in_the_folder_takes_it_away(noted):
    noted.clear()
    assert not list(noted.path.glob("engine.*"))


def test_marks_tell_weights_and_networks_apart(run):
    before = marks(run)
    assert marks(run) == before
    (run.path / "network.json").write_text((run.path / "network.json").read_text() + "\n")
    middle = marks(run)
    other_weights(run)
    assert len({before, middle, marks(run)}) == 3
