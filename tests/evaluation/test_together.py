import json
import logging
from shutil import copytree

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

import svertka
from svertka import SettingError, evaluate
from svertka.evaluation.together import Meeting
from svertka.runs import open_run


@pytest.fixture
def run(convolutions_run, tmp_path):
    """A run that may be written to."""
    return copytree(convolutions_run, tmp_path / "run")


def part_of(run):
    """The images of the run's test part, and their classes."""
    places = [place for place, row in enumerate(open_run(run).split) if row.part == "test"]
    return (load_digits().images[places] / 16).astype(np.float32), load_digits().target[places]


def accuracy(predictions, truth):
    return np.mean([int(each.label) == wanted for each, wanted in zip(predictions, truth, strict=True)])


def test_the_report_says_what_was_asked_and_what_each_part_is_worth(run, digits_run, tmp_path):
    images, truth = part_of(run)
    report = evaluate(run, others=digits_run, views="mirror").report
    together = report.together
    assert (together.combine, together.views, together.passes) == ("mean", "mirror", 4)
    assert together.value == report.accuracy
    found = svertka.predict(run, images, others=digits_run, views="mirror")
    assert report.accuracy == pytest.approx(accuracy(found, truth))
    alone = {row.name: row.figure for row in together.runs}
    for name, path in (("run", run), (digits_run.name, digits_run)):
        assert alone[name] == pytest.approx(accuracy(svertka.predict(path, images, views="mirror"), truth))
    views = {row.name: row.figure for row in together.each_view}
    assert views["as it is"] == pytest.approx(accuracy(svertka.predict(run, images, others=digits_run), truth))
    mirrored = svertka.predict(run, images[..., ::-1], others=digits_run)
    assert views["mirrored along x"] == pytest.approx(accuracy(mirrored, truth))


def test_doubt_is_held_against_right_and_wrong(run):
    images, truth = part_of(run)
    found = svertka.predict(run, images, views="flips", uncertainty=True)
    wrong = np.array([int(each.label) != wanted for each, wanted in zip(found, truth, strict=True)])
    rows = {row.measure: row for row in evaluate(run, views="flips").report.together.uncertainty}
    assert list(rows) == ["spread", "entropy", "mutual_information"]
    for measure, row in rows.items():
        values = np.array([each.uncertainty[measure] for each in found])
        assert row.right == pytest.approx(values[~wrong].mean(), rel=1e-3)
        assert row.wrong == pytest.approx(values[wrong].mean(), rel=1e-3)
        assert row.auroc == pytest.approx(roc_auc_score(wrong, values), abs=1e-3)


def test_the_plain_report_stays_where_and_as_it_was(run):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    found = evaluate(run, views="five-crop", combine="vote")
    assert found.json == run / "reports" / "digits-five-crop-vote" / "report.json"
    assert {path: path.read_bytes() for path in before} == before
    assert "together" not in json.loads((run / "report.json").read_text())
    assert json.loads(found.json.read_text())["together"]["views"] == "five-crop"
    page = found.html.read_text()
    assert "Each image went through a network 5 times; views: <code>five-crop</code>. Each answer is a vote" in page
    assert "Several answers" not in (run / "report.html").read_text()


def test_outlines_have_their_dice_run_by_run_and_view_by_view(outlines_run, tmp_path):
    run = copytree(outlines_run, tmp_path / "run")
    plain = evaluate(run).report
    together = (report := evaluate(run, views="flips").report).together
    assert together.figure == "dice"
    assert together.value == pytest.approx(report.dice)
    views = {row.name: row.figure for row in together.each_view}
    assert views["as it is"] == pytest.approx(plain.dice)
    assert [row.figure for row in together.runs] == [together.value]
    assert all(row.right < row.wrong and row.auroc is None for row in together.uncertainty)


def test_numbers_are_judged_in_deviations(tmp_path, rng):
    images = rng.random((80, 6, 6)).astype(np.float32) * rng.random((80, 1, 1)).astype(np.float32)
    np.savez(tmp_path / "sky.npz", x=images, y=1e4 + 7 * images.mean((1, 2)))
    svertka.train("linear", tmp_path / "sky.npz", tmp_path / "run", epochs=20, batch=8)
    report = evaluate(tmp_path / "run", views="mirror").report
    deviation = open_run(tmp_path / "run").facts.target_deviation[0]
    assert (report.together.figure, report.together.uncertainty) == ("nrmse", [])
    assert report.together.value == pytest.approx(report.columns[0].rmse / deviation, rel=1e-6)


def test_what_one_of_the_runs_was_trained_on_is_not_tested_on(run, tmp_path, caplog):
    """Two runs with other splits share only a part of their test images."""
    svertka.train("linear", "digits", tmp_path / "other", epochs=1, seed=5)
    with caplog.at_level(logging.WARNING):
        report = evaluate(run, others=tmp_path / "other").report
    parts = [{place for place, row in enumerate(open_run(each).split) if row.part == "test"}
             for each in (run, tmp_path / "other")]  # fmt: skip
    assert report.subject.samples == len(parts[0] & parts[1]) < len(parts[0])
    assert f"{len(parts[0] - parts[1])} samples are left out" in caplog.text


def test_a_vote_of_one_answer_is_refused(run):
    with pytest.raises(SettingError, match="--combine vote wants several answers"):
        evaluate(run, combine="vote")


def test_a_measure_without_wrong_answers_has_no_rank():
    meeting = Meeting()
    meeting.meet(np.array([0.1, 0.3]), np.array([True, True]), kept=True)
    found = meeting.doubt("spread")
    assert (found.right, found.wrong, found.auroc) == (pytest.approx(0.2), None, None)
