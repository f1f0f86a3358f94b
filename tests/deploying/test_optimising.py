"""The fastest engine, found, checked and used."""

import json
import re
from shutil import copytree

import numpy as np
import pytest
import torch

import svertka
from svertka.deploying import candidates as listing
from svertka.deploying.optimising import Row, Tried, fastest, winner
from svertka.engines import Engine, kept
from svertka.errors import DataError, RunError, SettingError, UnknownName
from svertka.evaluation import evaluate
from svertka.inference import Predictor
from svertka.runs import Run

QUICK = {"images": 32, "batch": 4, "threads": 1}


@pytest.fixture
def seconds(monkeypatch):
    """Less time for measuring."""
    monkeypatch.setattr("svertka.deploying.measuring.MOST", 3)


pytestmark = pytest.mark.usefixtures("seconds")


def imposter(monkeypatch, change):
    """An engine whose scores are changed, in the place of torch."""

    def start(content, network, working):
        def scores(images):
            with torch.inference_mode():
                return change(network(images))

        return scores

    engine = Engine("torch", ("float32", "bfloat16", "int8"), (), lambda: "", lambda wanted: b"", start)
    monkeypatch.setattr(listing, "engine", lambda name: engine)


def test_the_best_of_those_that_agree_is_kept_and_used(run):
    pytest.importorskip("onnxruntime")
    before = evaluate(run).report
    found = svertka.optimise(run, engines="torch,onnxruntime", **QUICK)
    rows = {row.name: row for row in found.rows}
    assert found.rows[0].name == "as it is"
    assert found.best == min((row for row in found.rows if row.ms), key=lambda row: row.ms).name
    assert all(row.check.error < 1e-5 and row.check.changed == 0 for row in found.rows)
    assert rows["as it is"].check.after == rows["torch, pieces of 4"].check.after
    assert found.images == "32 of digits, val part"
    predictor = Predictor.load(run, "cpu")
    assert (predictor.engine is not None) == (found.kept is not None)
    after = evaluate(run).report
    assert after.accuracy == before.accuracy
    assert np.array_equal(after.confusion, before.confusion)


def test_it_is_kept_whatever_is_fastest_with_the_table_beside_it(run, monkeypatch):
    imposter(monkeypatch, lambda scores: scores)
    monkeypatch.setattr(
        "svertka.deploying.optimising.in_turns", lambda jobs: {"as it is": [2.0], "torch, pieces of 4": [1.0]}
    )
    found = svertka.optimise(run, engines="torch", **QUICK)
    assert (found.best, found.kept.engine) == ("torch, pieces of 4", "torch")
    measured = kept(run).measured
    assert [row["images_per_second"] for row in measured["rows"]] == [2.0, 4.0]
    assert json.loads(json.dumps(found.document()))["kept"]["engine"] == "torch"


def test_where_nothing_is_faster_nothing_is_kept(run, monkeypatch):
    imposter(monkeypatch, lambda scores: scores)
    monkeypatch.setattr(
        "svertka.deploying.optimising.in_turns", lambda jobs: {"as it is": [1.0], "torch, pieces of 4": [2.0]}
    )
    (run.path / "engine.json").write_text("{}")
    found = svertka.optimise(run, engines="torch", **QUICK)
    assert (found.best, found.kept) == ("as it is", None)
    assert not (run.path / "engine.json").exists()


@pytest.mark.parametrize(
    ("change", "settings", "words"),
    [
        (lambda scores: scores + 0.01 * scores.std(), {}, r"off by 0\.01.* of their deviation, and 0\.0001 is allowed"),
        (lambda scores: scores.bfloat16().float(), {}, "of their deviation, and 0.0001 is allowed"),
        (lambda scores: scores.flip(1), {"precision": "bfloat16", "tolerance": 1e9}, "of its answers are others, and"),
        (lambda scores: scores * float("nan"), {}, "off by nan"),
    ],
)
def test_an_engine_that_differs_is_refused_and_it_is_said_by_how_much(run, monkeypatch, change, settings, words):
    imposter(monkeypatch, change)
    found = svertka.optimise(run, engines="torch", **QUICK, **settings)
    (row,) = found.rows[1:]
    assert row.ms is None
    assert re.search(words, row.refused)
    assert json.dumps(found.document(), allow_nan=False)
    assert found.kept is None


def test_eight_bits_learn_from_the_runs_own_images_and_tell_their_price(run):
    pytest.importorskip("onnxruntime")
    found = svertka.optimise(run, engines="torch,onnxruntime", precision="int8", **QUICK)
    rows = {row.name: row for row in found.rows}
    assert rows["torch"].refused == "it has no int8"
    row = rows["onnxruntime, pieces of 4"]
    assert 1e-4 < row.check.error < 0.3
    assert row.check.before == rows["as it is"].check.after


def test_without_data_it_measures_on_random_images_but_learns_no_eight_bits(dataless):
    found = svertka.optimise(dataless, engines="torch", **QUICK)
    assert found.images == "32 random images"
    assert found.rows[1].check.after is None
    with pytest.raises(DataError, match="int8 learns its ranges from the run's own images, and they are not to be had"):
        svertka.optimise(dataless, engines="torch", precision="int8", **QUICK)


@pytest.mark.parametrize("name", [pytest.param("outlines_run", marks=pytest.mark.slow), "forecast_run"])
def test_outlines_and_forecasts_have_engines_too(name, request, tmp_path):
    pytest.importorskip("onnxruntime")
    copytree(request.getfixturevalue(name), tmp_path / "run")
    found = svertka.optimise(tmp_path / "run", engines="onnxruntime", **QUICK)
    assert all(not row.refused and row.check.error < 1e-4 for row in found.rows)
    assert found.rows[1].check.after == pytest.approx(found.rows[0].check.after, rel=1e-4)


def test_engines_that_take_no_such_network_are_left_out_in_a_line_each(sphere_run):
    found = svertka.optimise(sphere_run, images=8, batch=4, threads=1)
    rows = {row.name: row.refused for row in found.rows}
    assert {"as it is", "compile", "onnxruntime", "openvino"} <= set(rows)
    assert found.best == "as it is" or found.best.startswith("torch")
    for name, refused in rows.items():
        able = name == "as it is" or name.startswith("torch")
        assert ("SphereConv" in refused or "install" in refused) is not able
        assert len(refused) < 120
        assert able or "," not in name


def test_what_cannot_be_is_refused(run, sounds_run):
    with pytest.raises(RunError, match="makes sounds sample by sample"):
        svertka.optimise(sounds_run)
    with pytest.raises(UnknownName, match="no engine is called 'steam'"):
        svertka.optimise(run, engines="steam")
    with pytest.raises(SettingError, match="setting precision"):
        svertka.optimise(run, precision="float8")
    with pytest.raises(RunError, match="there is no run folder"):
        svertka.optimise(Run(run.path).path / "nowhere")


def test_only_those_that_may_win_are_kept_at_hand():
    seconds = {"a": 1.2, "b": 1.0, "c": 1.4, "d": 1.6, "e": 1.3, "f": 1.1, "g": 9.0}
    assert fastest(seconds, seconds) == ["b", "f", "a", "e"]  # the four best
    assert fastest("abd", seconds) == ["b", "a"]  # of three, one takes more than 1.5 times as long


def test_who_was_not_measured_in_turns_does_not_win():
    measured = [Tried(Row("slow", ms=3.0), final=True), Tried(Row("best", ms=2.0), final=True)]
    assert winner([Tried(Row("lucky", ms=1.0)), *measured]).row.name == "best"
