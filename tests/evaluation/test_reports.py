import json

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score

from svertka.evaluation.reports import ClassReport, NumberReport, Subject, class_report, number_report

SUBJECT = Subject(
    run="r", network="linear", data="d", part="test", samples=60, skipped=0, seconds=1.0, svertka="0", torch="2"
)


@pytest.fixture
def answers(rng):
    shares = rng.dirichlet(np.ones(3) * 0.5, 60)
    return shares, rng.integers(0, 3, 60), [f"{place}.png" for place in range(60)]


def test_figures_of_classes_are_scikit_learns(answers):
    shares, truth, names = answers
    report, _ = class_report(SUBJECT, shares, truth, ["a", "b", "c"], names)
    chosen = shares.argmax(1)
    assert report.accuracy == pytest.approx((chosen == truth).mean())
    assert report.balanced_accuracy == pytest.approx(balanced_accuracy_score(truth, chosen))
    assert report.macro_f1 == pytest.approx(f1_score(truth, chosen, average="macro"))
    assert report.chance == np.bincount(truth).max() / 60
    assert report.interval[0] < report.accuracy < report.interval[1]
    assert report.top5_accuracy is None


def test_the_worst_mistakes_are_the_surest(answers):
    shares, truth, names = answers
    report, worst = class_report(SUBJECT, shares, truth, ["a", "b", "c"], names)
    wrong = np.flatnonzero(shares.argmax(1) != truth)
    expected = wrong[np.argsort(-shares[wrong].max(1))][:24]
    assert worst == expected.tolist()
    first = report.worst[0]
    assert (first.name, first.truth, first.answer, first.score) == (
        names[worst[0]],
        "abc"[truth[worst[0]]],
        "abc"[shares[worst[0]].argmax()],
        shares[worst[0]].max(),
    )


def test_no_mistakes_are_no_mistakes():
    report, worst = class_report(SUBJECT, np.eye(2)[[0, 1]], np.array([0, 1]), ["a", "b"], ["1", "2"])
    assert (report.accuracy, report.worst, worst) == (1, [], [])


def test_classes_that_do_not_occur_do_not_count():
    shares = np.eye(4)[[0, 1, 1]]
    report, _ = class_report(SUBJECT, shares, np.array([0, 1, 0]), list("abcd"), list("123"))
    assert report.balanced_accuracy == pytest.approx((0.5 + 1) / 2)
    assert report.macro_f1 == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_five_guesses_count_where_there_are_more_classes():
    shares = np.tile(np.linspace(0.3, 0.02, 7), (2, 1))
    report, _ = class_report(
        SUBJECT, shares / shares.sum(1, keepdims=True), np.array([4, 5]), list("abcdefg"), ["1", "2"]
    )
    assert report.top5_accuracy == 0.5


def test_the_worst_misses_are_the_farthest_in_deviations(rng):
    truth = rng.normal(size=(50, 2)) * [1, 1000]
    values = truth.copy()
    values[7, 0] += 5  # five deviations, against a half
    values[3, 1] += 500
    report, worst = number_report(SUBJECT, values, truth, ["small", "large"], [str(place) for place in range(50)])
    assert worst[:2] == [7, 3]
    assert [(miss.name, miss.column) for miss in report.worst[:2]] == [("7", "small"), ("3", "large")]
    assert (report.worst[0].truth, report.worst[0].answer) == (truth[7, 0], values[7, 0])
    assert len(worst) == 24


def test_reports_survive_their_file(answers):
    shares, truth, names = answers
    report, _ = class_report(SUBJECT, shares, truth, ["a", "b", "c"], names)
    assert ClassReport.model_validate_json(report.model_dump_json()) == report
    assert json.loads(report.model_dump_json())["accuracy"] == report.accuracy
    report, _ = number_report(SUBJECT, shares, shares, ["a", "b", "c"], names)
    assert NumberReport.model_validate_json(report.model_dump_json()) == report
