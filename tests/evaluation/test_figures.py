import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_absolute_error,
    r2_score,
    root_mean_squared_error,
    top_k_accuracy_score,
)

from svertka.evaluation.figures import (
    by_class,
    by_column,
    calibration_error,
    confusion,
    interval,
    loss,
    reliability,
    top,
)


@pytest.fixture
def answers(rng):
    """Probabilities of 400 samples for 5 classes, often right, and the truth."""
    truth = rng.integers(0, 5, 400)
    scores = rng.normal(size=(400, 5)) + 2 * np.eye(5)[truth]
    shares = np.exp(scores)
    return shares / shares.sum(1, keepdims=True), truth


@given(st.integers(1, 3000), st.data())
def test_the_interval_is_wilsons(count, data):
    hits = data.draw(st.integers(0, count))
    peer = binomtest(hits, count).proportion_ci(0.95, method="wilson")
    assert interval(hits, count) == pytest.approx((peer.low, peer.high), abs=1e-6)


def test_the_interval_holds_the_truth_about_as_often_as_it_says(rng):
    hits = rng.binomial(200, 0.9, 4000)
    held = [low <= 0.9 <= high for low, high in (interval(int(hit), 200) for hit in hits)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_a_confusion_matrix_is_a_count():
    truth, chosen = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    assert confusion(truth, chosen, 4) == [[1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]]


def test_precision_and_recall_are_shares_of_columns_and_rows(answers):
    shares, truth = answers
    chosen = shares.argmax(1)
    counts = np.array(confusion(truth, chosen, 5))
    for place, row in enumerate(by_class(truth, chosen, list("abcde"))):
        precision = counts[place, place] / counts[:, place].sum()
        recall = counts[place, place] / counts[place].sum()
        assert (row.name, row.samples) == ("abcde"[place], counts[place].sum())
        assert (row.precision, row.recall) == pytest.approx((precision, recall))
        assert row.f1 == pytest.approx(2 * precision * recall / (precision + recall))


def test_what_never_occurs_has_no_figures():
    rows = by_class(np.array([0, 0, 1]), np.array([0, 0, 0]), ["a", "b", "c"])
    assert (rows[0].precision, rows[0].recall) == (pytest.approx(2 / 3), 1)
    assert (rows[1].precision, rows[1].recall, rows[1].f1) == (None, 0, 0)
    assert (rows[2].precision, rows[2].recall, rows[2].f1, rows[2].samples) == (None, None, None, 0)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_likeliest_are_scikit_learns(answers, count):
    shares, truth = answers
    assert top(shares, truth, count) == pytest.approx(top_k_accuracy_score(truth, shares, k=count, labels=range(5)))


def test_the_loss_is_scikit_learns_and_finite(answers):
    shares, truth = answers
    assert loss(shares, truth) == pytest.approx(log_loss(truth, shares, labels=range(5)))
    assert np.isfinite(loss(np.array([[0.0, 1.0]]), np.array([0])))


def test_bins_are_counts_and_means(answers):
    shares, truth = answers
    confidence, right = shares.max(1), shares.argmax(1) == truth
    bins = reliability(shares, truth)
    assert sum(each.samples for each in bins) == 400
    for each in bins:
        inside = (confidence >= each.low) & ((confidence < each.high) | (each.high == 1))
        assert each.samples == inside.sum() > 0
        assert each.confidence == pytest.approx(confidence[inside].mean())
        assert each.accuracy == pytest.approx(right[inside].mean())


def test_certainty_itself_falls_into_the_last_bin():
    bins = reliability(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1]))
    assert [(each.low, each.high, each.samples) for each in bins] == [(0.5, 0.6, 1), (0.9, 1.0, 1)]


def test_the_calibration_error_is_nothing_where_confidence_is_right(rng):
    shares = np.repeat([[0.8, 0.2]], 50_000, axis=0)
    truth = (rng.random(50_000) > 0.8).astype(int)
    assert calibration_error(reliability(shares, truth)) < 0.01
    assert calibration_error(reliability(shares, np.zeros(50_000, int))) == pytest.approx(0.2)


def test_one_bin_has_the_whole_gap(answers):
    shares = np.tile([0.6, 0.1, 0.1, 0.1, 0.1], (400, 1))
    truth = answers[1]
    assert calibration_error(reliability(shares, truth)) == pytest.approx(
        abs(0.6 - accuracy_score(truth, np.zeros(400)))
    )


def test_errors_of_numbers_are_scikit_learns(rng):
    truth = rng.normal(5, 3, (80, 2))
    values = truth + rng.normal(size=(80, 2))
    for place, row in enumerate(by_column(values, truth, ["mass", "charge"])):
        pair = truth[:, place], values[:, place]
        assert row.rmse == pytest.approx(root_mean_squared_error(*pair))
        assert row.mae == pytest.approx(mean_absolute_error(*pair))
        assert row.r2 == pytest.approx(r2_score(*pair))
        assert (row.mean, row.deviation) == pytest.approx((pair[0].mean(), pair[0].std()))


def test_a_truth_that_does_not_vary_has_no_share_to_explain():
    row = by_column(np.array([[1.0], [2.0]]), np.array([[1.5], [1.5]]), ["x"])[0]
    assert (row.r2, row.rmse) == (None, 0.5)
