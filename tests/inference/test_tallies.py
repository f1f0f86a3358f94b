import numpy as np
import pytest

from svertka.inference.tallies import Tally, entropy


def probabilities(rng, *shape):
    """Random ones, `(passes, batch, classes, *places)`."""
    x = rng.random(shape) ** 3
    return x / x.sum(axis=2, keepdims=True)


def tallied(answers, *, classes=True):
    tally = Tally(classes=classes)
    for each in answers:
        tally.add(each)
    return tally


def surprise(p):
    """`-p log p`, with 0 at 0."""
    return -sum(x * np.log(x) for x in p if x > 0)


@pytest.mark.parametrize("places", [(), (3,), (2, 3)])
def test_all_measures_are_those_of_their_definitions(rng, places):
    answers = probabilities(rng, 5, 4, 3, *places)
    tally = tallied(answers)
    told = tally.combined("mean")
    np.testing.assert_allclose(told, answers.mean(0), rtol=1e-12)
    np.testing.assert_allclose(tally.spread, answers.std(0), rtol=1e-10)
    found = tally.uncertainty(told)
    for place in np.ndindex(4, *places):
        at = (slice(None), place[0], slice(None), *place[1:])
        each, mean = answers[at], answers[at].mean(0)
        assert found["spread"][place] == pytest.approx(each[:, mean.argmax()].std())
        assert found["entropy"][place] == pytest.approx(surprise(mean))
        information = surprise(mean) - np.mean([surprise(p) for p in each])
        assert found["mutual_information"][place] == pytest.approx(information, rel=1e-8)


def test_one_answer_is_told_as_it_is_and_leaves_no_doubt_that_comes_from_others(rng):
    (answer,) = answers = probabilities(rng, 1, 6, 4)
    tally = tallied(answers)
    assert np.array_equal(tally.combined("mean"), answer)
    assert not tally.spread.any()
    assert not tally.information.any()
    assert np.array_equal(tally.entropy, entropy(answer))


def test_answers_that_agree_leave_none_either(rng):
    tally = tallied(np.repeat(probabilities(rng, 1, 6, 4), 7, axis=0))
    assert not tally.spread.any()
    assert not tally.information.any()


def test_sure_answers_that_differ_are_all_information():
    tally = tallied(np.eye(4)[:, None])
    assert tally.information == pytest.approx(np.log(4))
    assert tally.entropy == pytest.approx(np.log(4))


@pytest.mark.parametrize("places", [(), (2, 3)])
def test_a_vote_counts_and_its_ties_are_settled_by_the_mean(rng, places):
    answers = probabilities(rng, 6, 50, 3, *places)
    told = tallied(answers).combined("vote")
    votes = np.stack([(answers.argmax(2) == name).sum(0) for name in range(3)], axis=1)
    mean = answers.mean(0)
    np.testing.assert_allclose(told, votes / 6, atol=1e-6)
    np.testing.assert_allclose(told.sum(1), 1)
    tied = (votes == votes.max(1, keepdims=True)).sum(1) > 1
    assert tied.any()
    wanted = np.where(votes == votes.max(1, keepdims=True), mean, -1).argmax(1)
    np.testing.assert_array_equal(told.argmax(1), wanted)


def test_a_vote_and_a_mean_may_differ():
    """Two that are hardly sure outvote one that is certain."""
    tally = tallied(np.array([[[0.55, 0.45]], [[0.55, 0.45]], [[0.0, 1.0]]]))
    assert (tally.combined("vote").argmax(), tally.combined("mean").argmax()) == (0, 1)


def test_numbers_have_a_mean_and_a_spread_and_nothing_else(rng):
    answers = rng.normal(1e6, 1, (5, 3, 2))
    tally = tallied(answers, classes=False)
    np.testing.assert_allclose(tally.combined("mean"), answers.mean(0), rtol=1e-14)
    np.testing.assert_allclose(tally.spread, answers.std(0), rtol=1e-8)
    assert not tally.votes.any()


def test_what_is_sure_has_no_entropy():
    assert entropy(np.array([[1.0, 0.0], [0.5, 0.5]])).tolist() == [0.0, pytest.approx(np.log(2))]
