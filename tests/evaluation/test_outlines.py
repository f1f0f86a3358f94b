import json

import numpy as np
import pytest
from sklearn.metrics import f1_score, jaccard_score

import svertka
from svertka.data.truths import NOWHERE
from svertka.evaluation.outlines import crossed, image_dice
from svertka.runs import open_run


def test_counts_are_those_of_sklearn(rng):
    truth, answer = (rng.integers(0, 4, (20, 30)).astype(np.uint8) for _ in range(2))
    truth[0] = NOWHERE
    counts = crossed(truth, answer, 4)
    counted = truth != NOWHERE
    assert counts.sum() == counted.sum()
    expected = f1_score(truth[counted], answer[counted], average=None)[1:].mean()  # Dice is F1
    assert image_dice(counts) == pytest.approx(expected)


def test_a_class_that_is_nowhere_is_found_right():
    empty = np.zeros((4, 4), np.uint8)
    assert image_dice(crossed(empty, empty, 2)) == 1
    assert image_dice(crossed(empty, empty + 1, 2)) == 0


def test_a_report_is_what_predictions_say(outlines_run):
    """Masks as they are predicted, against the archive, by scikit-learn."""
    archive = np.load(outlines_run.parent / "discs.npz")
    places = [place for place, row in enumerate(open_run(outlines_run).split) if row.part == "test"]
    found = [each.content for each in svertka.predict(outlines_run, archive["images"][places])]
    truth = archive["masks"][places] > 0
    answer = np.stack(found) > 0
    report = svertka.evaluate(outlines_run).report
    each = [f1_score(one.ravel(), two.ravel()) for one, two in zip(truth, answer, strict=True)]
    assert report.dice == pytest.approx(np.mean(each))
    assert report.classes[1].iou == pytest.approx(jaccard_score(truth.ravel(), answer.ravel()))
    assert report.accuracy == pytest.approx((truth == answer).mean())
    assert report.dice > 0.6


def test_the_worst_are_the_least_overlap_and_everything_is_written(outlines_run):
    report = json.loads((outlines_run / "report.json").read_text())
    worst = [row["dice"] for row in report["worst"]]
    assert worst == sorted(worst)
    page = (outlines_run / "report.html").read_text()
    assert page.count("<figure>") == len(report["worst"]) + len(report["best"])
    assert "Dice coefficient" in page
